local sms = require "sms"

local CLOSED = "Thank you for your text! The bakery’s ovens are cold for today, but we bake again from seven in the morning on."

return {
  on_message = sms.keywords {
    replies = {
      { words = { "hours" }, reply = CLOSED }, --> sms-length
      { words = { "menu" }, reply = function(message)
        return "Our menu for this week – rye, wheat and spelt, plus a cake of the day for " .. message.from .. "." --> sms-length
      end },
    },
    otherwise = { body = "Text HOURS or MENU, or call us. We answer texts until six in the evening, and calls all day 📞" }, --> sms-length
  },

  on_call = function(call)
    sms.send {
      to = call.from,
      body = ("“Bread of the day” is waiting for you, %s. It is kept until six in the evening at the counter."):format(call.id), --> sms-length
    }
  end,
}
