local ivr = require "ivr"

return {
  on_call = function(call)
    call:say("Hello.", { language = "en-GB" })
    call:gather { say = "Say something.", speech = true, language = "es-MX" }
    call:gather { say = { text = "Oye.", language = "es-MX" }, digits = 1 }
    ivr.menu(call, { say = "Press 1.", language = "de-DE", choices = { { key = "1", words = { "eins" } } } })
  end,
}
