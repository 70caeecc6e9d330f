local sms = require "sms"

return {
  on_message = sms.keywords {
    replies = {
      { words = { "table" }, reply = "One table." },
      { words = { "remind me" }, reply = function(message)
        local sent, reason = sms.send { to = "+12025550177", body = "Remember " .. message.from }
        return sent and "Sent." or "Not sent: " .. reason
      end },
      { words = { "yes" }, reply = "Yes what?" },
      { words = { "silence" }, reply = function() end },
    },
  },
}
