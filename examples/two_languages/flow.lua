-- Two languages: each sentence of the menu has its own voice, and what the caller chooses holds for the whole call.
local texts = {
  en = { voice = "Polly.Joanna-Neural", language = "en-US", open = "We are open from nine to five.", bye = "Goodbye!" },
  es = { voice = "Polly.Lupe-Neural", language = "es-US", open = "Abrimos de nueve a cinco.", bye = "¡Adiós!" },
}

local function say(call, which)
  local words = texts[call.vars.language]
  call:say { text = words[which], voice = words.voice, language = words.language }
end

return {
  on_call = function(call)
    local choice = call:gather {
      prompts = {
        { say = { text = "For English, press 1.", voice = texts.en.voice, language = "en-US" } },
        { say = { text = "Para español, marque el 2.", voice = texts.es.voice, language = "es-US" } },
      },
      digits = 1,
    }
    call.vars.language = choice and choice.digits == "2" and "es" or "en"
    say(call, "open")
    say(call, "bye")
  end,
}
