-- Replies to "QUESTION: TEXT" with what `text` makes of it.
local hours = require "hours"
local text = require "text"

local ZONE = "America/New_York"
local restaurant = hours.weekly { zone = ZONE, week = {
  monday = "closed", tuesday = "17-22", wednesday = "17-22", thursday = "17-22", friday = "17-02", saturday = "11-02",
  sunday = "8-14",
} }

local function date_of(date)
  return date and ("%d-%02d-%02d"):format(date.year, date.month, date.day) or "nil"
end

local function clock_of(time)
  return time and ("%d:%02d"):format(time.hour, time.min) or "nil"
end

local function moment_of(at, reason)
  if not at then return reason end
  local time = restaurant:local_time(at)
  return ("%s %02d:%02d"):format(date_of(time), time.hour, time.min)
end

local understand = {
  number = text.number,
  ordinal = text.ordinal,
  digits = text.digits,
  date = function(said) return date_of(text.date(said, { zone = ZONE })) end,
  european = function(said) return date_of(text.date(said, { zone = ZONE, day_first = true })) end,
  time = function(said) return clock_of(text.time(said, { zone = ZONE })) end,
  early = function(said) return clock_of(text.time(said, { zone = ZONE, prefer = "am" })) end,
  open = function(said) return clock_of(text.time(said, { opening = restaurant })) end,
  moment = function(said) return moment_of(text.moment(said, { opening = restaurant })) end,
  plain = function(said) return moment_of(text.moment(said, { zone = ZONE })) end,
  given = function(said)
    return moment_of(text.moment(said, { opening = restaurant, date = { year = 2026, month = 3, day = 6 } }))
  end,
  say_number = function(said) return text.say_number(tonumber(said)) end,
  say_ordinal = function(said) return text.say_ordinal(tonumber(said)) end,
  say_digits = text.say_digits,
  say_date = function(said) return text.say_date(text.date(said, { zone = ZONE }), { zone = ZONE }) end,
  say_time = function(said) return text.say_time(text.time(said, { zone = ZONE })) end,
}

return {
  on_message = function(message)
    local question, said = message.body:match("^([%w_]+): (.*)$")
    return tostring(understand[question](said))
  end,
}
