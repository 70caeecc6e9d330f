local ivr = require "ivr"

local VOICE = "Polly.Joanna"

return {
  on_call = function(call)
    call:say { text = "Hello.", voice = VOICE, language = "en-GB" }
    call:say("Hello.", { voice = "woman", language = "fr-FR" })
    call:say("Hello.", { voice = "Polly.Joanna-Generative" })
    call:say("Hola.", { voice = "Polly.Mía-Generative" })
    call:gather { say = { text = "Guten Tag.", voice = "Polly.Vicki", language = "de-DE" }, digits = 1 }
    call:say("Hello.", { voice = "Google.en-US-Wavenet-F" })
    call:say("Hello.", { voice = "Google.en-US-Chirp3-HD-Leda" })
    call:say("Hello.", { voice = call.settings.voice or VOICE })
    ivr.menu(call, { say = "Press 1.", voice = "Google.de-DE-Neural2-B", choices = { { key = "1" } } })
    call:converse { instructions = "You are Lexi.", voice = "marin" }
  end,
}
