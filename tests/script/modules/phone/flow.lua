-- Replies to "QUESTION: TEXT" with what `phone` makes of it.
local phone = require "phone"

local does = {
  parse = function(text)
    local number, reason = phone.parse(text, "US")
    if not number then return reason end
    return ("%s %s %d %s %s %s"):format(number.e164, number.country, number.code, number.kind, tostring(number.valid),
      tostring(number.extension))
  end,
  bare = function(text)
    local number, reason = phone.parse(text)
    return number and number.e164 or reason
  end,
  heard = function(text)
    local number = phone.heard(text, "US")
    return number and number.e164
  end,
  valid = function(text) return phone.valid(text, "US") end,
  country = phone.country,
  format = phone.format,
  at_home = function(text) return phone.format(text, "US") end,
  say = phone.say,
  say_abroad = function(text) return phone.say(text, "GB") end,
  same = function(text)
    local one, other = text:match("^(.*) and (.*)$")
    return phone.same(one, other, "US")
  end,
}

return {
  on_message = function(message)
    local question, text = message.body:match("^([%w_]+): (.*)$")
    return tostring(does[question](text))
  end,
}
