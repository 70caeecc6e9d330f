---@meta lang
--- Several languages on one line: each with its prompts and its voice, found by what the caller chose before, by the
--- country of their number, by a menu, or by the words they say; changed at any moment of a call.
---
--- ```lua
--- -- flows/bilingual/flow.lua
--- local lang = require "lang"
---
--- local languages = lang.languages {
---   {
---     code = "en-US", name = "English", voice = "Polly.Joanna-Neural",
---     menu = "For English, press 1.",
---     prompts = { welcome = "Welcome, {name}.", ask = "How can I help you?", bye = "Goodbye." },
---   },
---   {
---     code = "es-US", name = "Spanish", voice = "Polly.Lupe-Neural", countries = { "MX", "ES" },
---     words = { "spanish", "español" }, menu = "Para español, oprima el 2.",
---     prompts = { welcome = "Hola, {name}.", ask = "¿En qué puedo ayudarle?", bye = "Adiós." },
---   },
--- }
---
--- return {
---   on_call = function(call)
---     local speaker = languages:speaker(call)
---     speaker:say("welcome", { name = call.caller.name or "caller" })
---     local answer = speaker:gather { say = "ask", speech = true }
---     if answer and speaker:follow(answer.speech) then answer = speaker:gather { say = "ask", speech = true } end
---     speaker:say("bye")
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/bilingual/flow_test.lua
--- local it = test.flow("bilingual")
---
--- it("goes on in Spanish when the caller speaks it", { caller = { name = "Ana" } }, function(caller)
---   caller:hears("Welcome, Ana. How can I help you?")
---   caller:says("hola, quiero una mesa por favor")
---   caller:hears("¿En qué puedo ayudarle?")
---   caller:says("gracias")
---   caller:hears_exactly("Adiós.")
--- end)
---
--- it("knows the language of a country", { from = "+525512345678" }, function(caller)
---   caller:hears("Hola, caller.")
--- end)
--- ```
local engine = ...
local words = require "words"
local phone = require "phone"

---@class lang
local lang = {}

--- A language of a line.
---@class Language
---@field code string As the carrier names it: "en-US".
---@field name string What it is called in your logs and for the assistant: "Spanish".
---@field prompts table<string, string> What is said, by name. `{name}` is filled in by what `say` is given.
---@field voice? string Who speaks it. [default the account's voice]
---@field speech_model? SpeechModel What understands it, where it is not the one that `gather` is told.
---@field menu? string What the menu says for it, in the language itself: "Para español, oprima el 2."
---@field key? string Its key in the menu, and where it is offered with a question. [default its place in the list]
---@field words? string[] Words with which a caller asks for it: "spanish", "español". [default its name]
---@field spoken? string[] Words by which it is recognised. [default common words, for the languages that the module knows]
---@field countries? string[] Countries whose callers speak it: "MX".

---@class LanguagesOptions
---@field remember_days? integer How long a caller's choice is remembered by their number; 0: not at all. [0 to 3650, default 0]

-- Common words that the others have not. A text that has two of them is taken for the language.
local COMMON = {
  en = { "the", "i", "want", "would", "like", "please", "hello", "you", "have", "is", "thanks", "need", "my", "what" },
  es = { "el", "quiero", "quisiera", "por", "favor", "hola", "buenos", "buenas", "una", "gracias", "tengo", "necesito",
    "mi", "está", "usted", "qué", "sí", "cita", "hablar", "español" },
  fr = { "le", "je", "voudrais", "bonjour", "merci", "une", "avec", "vous", "est", "oui", "rendez", "veux", "français",
    "sil", "plaît", "pour" },
  de = { "ich", "der", "die", "das", "möchte", "bitte", "guten", "tag", "danke", "ein", "eine", "und", "ist", "nicht",
    "hallo", "deutsch", "sprechen" },
  it = { "il", "vorrei", "buongiorno", "grazie", "sono", "ciao", "prego", "voglio", "che", "italiano", "per", "favore",
    "una", "appuntamento" },
  pt = { "eu", "gostaria", "obrigado", "obrigada", "olá", "bom", "dia", "uma", "quero", "você", "não", "por", "favor",
    "português", "preciso" },
  nl = { "ik", "het", "een", "graag", "goedemorgen", "dank", "wil", "alstublieft", "hallo", "nederlands", "voor" },
  pl = { "chcę", "proszę", "dzień", "dobry", "dziękuję", "jest", "nie", "mam", "polski", "tak", "się" },
}

--- The languages of a line, as `lang.languages` makes them.
---@class Languages
local Languages = {}
Languages.__index = Languages

-- A caller must not hear silence in one language: each has every prompt of the first.
local function check_prompts(list)
  for name in pairs(list[1].prompts) do
    for _, language in ipairs(list) do
      if language.prompts[name] == nil then
        engine.refuse(("lang: %s has no prompt `%s`, which %s has"):format(language.name, name, list[1].name))
      end
    end
  end
end

--- Makes the languages of a line; the first is the one that is spoken where nothing tells of another. What is wrong in
--- them, such as a prompt that is missing in one, stops the flow from loading.
---@param list Language[]
---@param options? LanguagesOptions
---@return Languages
function lang.languages(list, options)
  options = options or {}
  if not engine.is_known_good() then
    for _, language in ipairs(list) do engine.check("lang.languages", "Language", language) end
    engine.check("lang.languages", "LanguagesOptions", options)
    if #list == 0 then engine.refuse("lang.languages takes a list of languages: { { code = \"en-US\", … }, … }") end
    check_prompts(list)
  end
  return setmetatable({ list = list, options = options }, Languages)
end

local function with_code(list, code)
  for _, language in ipairs(list) do
    if language.code == code then return language end
  end
end

--- Gives the language that a text is in, or asks for; nil where that cannot be told.
---
--- ```lua
--- languages:detect("hola, quiero una cita")  --> "es-US"
--- languages:detect("do you speak Spanish?")  --> "es-US"
--- ```
---@param text? string
---@return string? code
function Languages:detect(text)
  if not text then return nil end
  for _, language in ipairs(self.list) do
    for _, phrase in ipairs(language.words or { language.name }) do
      if words.contain(text, phrase) then return language.code end
    end
  end
  local said = {}
  for word in words.plain(text):gmatch("%S+") do said[word] = true end
  local best, most = nil, 1
  for _, language in ipairs(self.list) do
    local count = 0
    for _, word in ipairs(language.spoken or COMMON[language.code:sub(1, 2)] or {}) do
      if said[words.plain(word)] then count = count + 1 end
    end
    if count > most then best, most = language.code, count end
  end
  return best
end

-- The language that a key chooses: one other than that with this code, where several have it.
local function with_key(list, digits, code)
  for i, language in ipairs(list) do
    if language.menu and language.code ~= code and digits == (language.key or tostring(i)) then return language end
  end
end

--- Gives the language of a country's callers; nil where no language names it.
---@param country? string Two letters: "MX".
---@return string? code
function Languages:of_country(country)
  for _, language in ipairs(self.list) do
    for _, one in ipairs(language.countries or {}) do
      if one == country then return language.code end
    end
  end
end

local function key_of(number) return "language/" .. number end

--- Speaks one call's language.
---@class Speaker
---@field code string The language that is spoken: "en-US".
---@field name string Its name: "English".
---@field voice? string Who speaks.
local Speaker = {}
Speaker.__index = Speaker

local function set_language(speaker, language)
  speaker.code, speaker.name, speaker.voice, speaker.language = language.code, language.name, language.voice, language
end

--- Begins to speak with a caller: in the language that they chose before, else in that of the country of their number,
--- else in the first. Works for text messages, too.
---@waits
---@param call Call|Message
---@return Speaker
function Languages:speaker(call)
  local speaker = setmetatable({ call = call, languages = self }, Speaker)
  local number = call.from:find("^%+") and call.from or nil
  local kept = number and (self.options.remember_days or 0) > 0 and kv.get(key_of(number))
  local code = kept or self:of_country(number and phone.country(number)) or self:of_country(call.caller.country)
  set_language(speaker, code and with_code(self.list, code) or self.list[1])
  return speaker
end

--- Goes on in another language.
---
--- ```lua
--- speaker:use("es-US")
--- ```
---@waits
---@param code string
function Speaker:use(code)
  local language = with_code(self.languages.list, code)
  if not language then
    local codes = {}
    for i, one in ipairs(self.languages.list) do codes[i] = one.code end
    engine.refuse(("speaker:use: there is no language `%s`; %s"):format(tostring(code), engine.did_you_mean(tostring(code), codes)))
  end
  set_language(self, language)
  local days = self.languages.options.remember_days or 0
  if days > 0 and self.call.from:find("^%+") then
    kv.set(key_of(self.call.from), code, { expires = days * 86400 })
  end
end

--- Goes on in the language that the caller speaks or asks for, if that is another than the one spoken. An answer with keys
--- asks for the language with that key; where keys mean something else, give `answer.speech` alone.
---
--- ```lua
--- local answer = speaker:gather { say = "ask", offers = true, speech = true, digits = 1 }
--- if answer and speaker:follow(answer) then speaker:say("welcome") end
--- ```
---@waits
---@param said? string|GatherResult
---@return boolean changed
function Speaker:follow(said)
  local code
  if type(said) == "table" and said.digits then
    local language = with_key(self.languages.list, said.digits, self.code)
    code = language and language.code
  else
    code = self.languages:detect(type(said) == "table" and said.speech or said)
  end
  if not code or code == self.code then return false end
  self:use(code)
  return true
end

--- Gives a prompt in the caller's language.
---
--- ```lua
--- local text = speaker:text("welcome", { name = "Ann" })  --> "Welcome, Ann."
--- ```
---@param name string
---@param values? table<string, any> What `{name}` and its like stand for.
---@return string
function Speaker:text(name, values)
  local prompts = self.language.prompts
  local text = prompts[name]
  if not text then
    local names = {}
    for known in pairs(prompts) do names[#names + 1] = known end
    table.sort(names)
    engine.refuse(("lang: %s has no prompt `%s`; %s"):format(self.name, tostring(name),
      engine.did_you_mean(tostring(name), names)))
  end
  return (text:gsub("{([%w_]+)}", function(key)
    local value = (values or {})[key]
    if value == nil then engine.refuse(("lang: the prompt `%s` wants {%s}, which it is not given"):format(name, key)) end
    return tostring(value)
  end))
end

--- Gives a prompt as what `say`, `gather` and menus take: with its voice and its language.
---@param name string
---@param values? table<string, any>
---@return SayOptions
function Speaker:prompt(name, values)
  return { text = self:text(name, values), voice = self.voice, language = self.code }
end

--- Says a prompt.
---@phase on_call
---@param name string
---@param values? table<string, any>
function Speaker:say(name, values)
  self.call:say(self:prompt(name, values))
end

--- Says a text that is no prompt, in the caller's voice and language.
---@phase on_call
---@param text string
function Speaker:speak(text)
  self.call:say { text = text, voice = self.voice, language = self.code }
end

--- Gives options with the voice and the language in them, for `ivr`, `voicemail`, `escalation` and `survey`.
---
--- ```lua
--- local yes = ivr.confirm(call, speaker:options { say = speaker:text("ask") })
--- ```
---@param options? table
---@return table
function Speaker:options(options)
  options = engine.copy(options)
  options.voice, options.language = options.voice or self.voice, options.language or self.code
  return options
end

-- What the menu says for each language but the one with this code; and words with which callers ask for one of them.
local function menu_of(list, but)
  local prompts, hints = {}, {}
  for _, language in ipairs(list) do
    if language.menu and language.code ~= but then
      prompts[#prompts + 1] = { say = { text = language.menu, voice = language.voice, language = language.code } }
      for _, word in ipairs(language.words or { language.name }) do hints[#hints + 1] = word end
    end
  end
  return prompts, hints
end

local function append(list, more)
  local all = {}
  for _, entry in ipairs(list or {}) do all[#all + 1] = entry end
  for _, entry in ipairs(more) do all[#all + 1] = entry end
  return all
end

--- A question in the caller's language, as `call:gather` takes it.
---@class LanguageGatherOptions : GatherOptions
---@field offers? boolean Says after it what the menu says for each other language, in its own voice. [default false]

--- Asks the caller as `call:gather` does; `say` is a prompt's name.
---
--- ```lua
--- local answer = speaker:gather { say = "ask", speech = true, hints = { "table" } }
--- ```
---@phase on_call
---@waits
---@param options LanguageGatherOptions
---@param values? table<string, any>
---@return GatherResult? answer
---@return "timeout"? reason
function Speaker:gather(options, values)
  options = engine.copy(options)
  if options.say then options.say = self:prompt(options.say, values) end
  options.language = options.language or self.code
  options.speech_model = options.speech_model or self.language.speech_model
  if options.offers then
    local prompts, hints = menu_of(self.languages.list, self.code)
    if #prompts > 0 then options.prompts = append(options.prompts, prompts) end
    if options.speech then options.hints = append(options.hints, hints) end
  end
  options.offers = nil
  return self.call:gather(options)
end

---@class LanguageMenuOptions
---@field tries? integer How often it is asked. [1 to 5, default 2]
---@field timeout? Seconds How long an answer is waited for. [1 to 60, default 5]

--- Asks which language the caller speaks, each in its own voice. Who does not choose goes on in the one spoken so far.
---
--- ```lua
--- speaker:menu()  -- "For English, press 1. Para español, oprima el 2."
--- ```
---@phase on_call
---@waits
---@param options? LanguageMenuOptions
---@return boolean chosen
function Speaker:menu(options)
  options = options or {}
  engine.check("speaker:menu", "LanguageMenuOptions", options)
  local prompts, hints = menu_of(self.languages.list)
  if #prompts == 0 then engine.refuse("speaker:menu: no language says what the menu says for it: give them a `menu`") end
  for _ = 1, options.tries or 2 do
    local answer = self.call:gather {
      prompts = prompts, digits = 1, speech = true, hints = hints, language = self.code, timeout = options.timeout,
    }
    local chosen = answer and answer.digits and with_key(self.languages.list, answer.digits)
    local code = chosen and chosen.code or answer and self.languages:detect(answer.speech)
    if code then
      self:use(code)
      return true
    end
  end
  return false
end

return lang
