local lang = require "lang"

local languages = lang.languages({
  {
    code = "en-US", name = "English", voice = "Polly.Joanna", menu = "For English, press 1.",
    prompts = { hello = "Hello {name}.", again = "Again?" },
  },
  {
    code = "es-US", name = "Spanish", words = { "spanish", "español", "espanol" }, countries = { "MX", "ES" },
    menu = "Para español, oprima el 2.", speech_model = "deepgram_nova-3",
    prompts = { hello = "Hola {name}.", again = "¿Otra vez?" },
  },
  {
    code = "de-DE", name = "German", key = "9", menu = "Für Deutsch die 9.",
    prompts = { hello = "Hallo {name}.", again = "Noch einmal?" },
  },
  { code = "eo", name = "Esperanto", spoken = { "saluton", "mi" }, prompts = { hello = "Saluton {name}.", again = "Denove?" } },
}, { remember_days = 30 })

return {
  settings = { menu = false, offers = false },

  on_call = function(call)
    local speaker = languages:speaker(call)
    while call.settings.offers do
      local answer = speaker:gather { say = "again", offers = true, speech = true, digits = 1, hints = { "yes" } }
      if not answer then break end
      call:say(("%s, now %s"):format(tostring(speaker:follow(answer)), speaker.name))
    end
    if call.settings.menu then call:say("chosen " .. tostring(speaker:menu())) end
    speaker:say("hello", { name = "you" })
    while true do
      local answer = speaker:gather { say = "again", speech = true, timeout = 3 }
      if not answer then break end
      call:say(("%s, now %s"):format(tostring(speaker:follow(answer.speech)), speaker.name))
    end
    local options = speaker:options { say = "x" }
    call:say(options.say .. " " .. options.language .. " " .. tostring(options.voice))
  end,

  on_message = function(message)
    if message.body == "speaker" then return languages:speaker(message).code end
    return tostring(languages:detect(message.body))
  end,
}
