local voicemail = require "voicemail"

return {
  settings = { voicemail = {}, text = "" },
  on_call = function(call)
    local options = call.settings.voicemail
    if call.settings.text ~= "" then
      options.notify.text = function(message) return call.settings.text .. message.id end
    end
    local message, reason = voicemail.take(call, options)
    call:say(message and message.url .. " " .. message.seconds or reason)
  end,
}
