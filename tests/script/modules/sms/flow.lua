local sms = require "sms"

return {
  on_message = sms.keywords {
    replies = {
      { words = { "table" }, reply = "One table." },
      { words = { "remind me" }, reply = function(message)
        local sent, reason = sms.send { to = "+12025550177", body = "Remember " .. message.from }
        return sent and "Sent." or "Not sent: " .. reason
      end },
      { words = { "long story" }, reply = function(message)
        sms.send { to = "+12025550177", body = message.body }
        message:reply { body = message.body, media = { "https://cafe.example/menu.jpg" } }
      end },
      { words = { "yes" }, reply = "Yes what?" },
      { words = { "silence" }, reply = function() end },
    },
  },
}
