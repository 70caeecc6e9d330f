-- Answers texts by keyword, with a picture, and with what is known about the sender. STOP is kept to.
local sms = require "sms"

return {
  on_message = sms.keywords {
    replies = {
      { words = { "menu" }, reply = { body = "Today's menu:", media = { "https://cafe.example/menu.jpg" } } },
      { words = { "points", "card" }, reply = function(message)
        return ("You have %d points."):format(kv.get("points/" .. message.from) or 0)
      end },
    },
    otherwise = "Text MENU, or POINTS for those on your card.",
  },
}
