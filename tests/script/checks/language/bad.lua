local ivr = require "ivr"

return {
  on_call = function(call)
    call:say("Hello.", { language = "en-UK" }) --> language
    call:gather { say = "Say something.", speech = true, language = "english" } --> language
    ivr.menu(call, {
      say = "Press 1.",
      language = "de-XX", --> language
      choices = { { key = "1", words = { "eins" } } },
    })
  end,
}
