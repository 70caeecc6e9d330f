local ivr = require "ivr"

local VOICE = "Polly.Joana"

return {
  on_call = function(call)
    call:say { text = "Hello.", voice = VOICE } --> voice
    call:say("Hello.", { voice = "Joanna" }) --> voice
    call:say("Hello.", { voice = "Polly.Russell-Neural" }) --> voice
    call:gather { say = { text = "Guten Tag.", voice = "Polly.Joanna", language = "de-DE" }, digits = 1 } --> voice
    call:say("Hello.", { voice = "Google.en-US-Wavenet" }) --> voice
    call:say("Hello.", { voice = "Google.xx-XX-Wavenet-A" }) --> voice
    ivr.menu(call, {
      say = "Press 1.",
      voice = "Polly.Amy-Turbo", --> voice
      choices = { { key = "1" } },
    })
  end,
}
