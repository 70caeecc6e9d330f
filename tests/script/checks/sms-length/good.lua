local sms = require "sms"

local CLOSED = "Thank you for your text! The bakery's ovens are cold for today, but we bake again from seven in the morning on."

return {
  on_message = sms.keywords {
    replies = {
      { words = { "hours" }, reply = CLOSED },
      { words = { "menu" }, reply = "Rye – wheat – spelt 🍞" },
      { words = { "grüße" }, reply = "Grüße aus der Bäckerei! Das Brot kommt täglich um sieben aus dem Ofen, auch für 3 €." },
    },
    otherwise = "好的，谢谢",
  },

  on_call = function(call)
    call:say("“Bread of the day” is waiting for you. It is kept until six in the evening, at the counter, for you – only.")
  end,
}
