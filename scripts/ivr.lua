---@meta ivr
--- Menus on the phone: the caller presses a key or says what they want, is asked again when that was not understood,
--- and gets a person with 0.
---
--- ```lua
--- local ivr = require "ivr"
---
--- return {
---   on_call = function(call)
---     ivr.menu(call, {
---       say = "To book a table, press 1 or say: book. For our hours, press 2 or say: hours.",
---       choices = {
---         { key = "1", words = { "book", "reservation", "table" }, run = book },
---         { key = "2", words = { "hours", "open" }, run = tell_hours },
---       },
---       operator = call.settings.front_desk,
---     })
---   end,
--- }
--- ```
local engine = ...
local in_voice = engine.part("in_voice")
local words = require "words"

---@class ivr
local ivr = {}

--- Something that a caller may choose.
---@class MenuChoice
---@field key? string Keys to press: "1", "42".
---@field words? string[] Words and phrases that mean it.
---@field name? string What `ivr.menu` returns for it. [default the key]
---@field run? fun(call: Call, answer: GatherResult) What happens then; the answer is what the caller pressed or said.

--- What a caller may choose from.
---@class MenuOptions
---@field say? string|SayOptions What the caller hears.
---@field play? Url|PlayOptions A recording in its place.
---@field prompts? (string|Prompt)[] Several texts, recordings and pauses in its place.
---@field choices MenuChoice[] What they may choose.
---@field operator? PhoneNumber|fun(call: Call) Who answers if the caller presses 0 or asks for a person.
---@field busy? string|SayOptions|false Said when the operator's number does not answer; `false`: nothing is. [default "Nobody can take your call just now."]
---@field otherwise? fun(call: Call) What happens after the last try. [default the operator, if there is one]
---@field tries? integer How often the caller is asked. [1 to 10, default 3]
---@field not_understood? string|SayOptions Said when they chose something else. [default "Sorry, I did not catch that."]
---@field nothing_heard? string|SayOptions Said when they did nothing. [default "Sorry, I did not hear anything."]
---@field speech? boolean Listens to words, too. [default true]
---@field timeout? Seconds How long an answer is waited for. [1 to 600, default 5]
---@field voice? string Who says it.
---@field language? string Language of the menu and of the caller: "en-US".
---@field speech_model? SpeechModel What understands the caller.
---@field speech_timeout? WholeSeconds|"auto" Silence after which the caller has finished speaking. [1 to 60]
---@field hints? string[] More words that callers are likely to say; those of the choices are hints already.

local key_words = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", [0] = "zero" }

-- "two", "press two", "number 2": the key said aloud. A longer sentence with a number in it is not one.
local function is_spoken_key(text, key)
  local plain = words.plain(text):gsub("^press ", ""):gsub("^number ", ""):gsub("^option ", "")
  return plain == key or plain == key_words[tonumber(key)]
end

local function find_choice(answer, choices)
  for _, choice in ipairs(choices) do
    if choice.key and (answer.digits == choice.key or answer.speech and is_spoken_key(answer.speech, choice.key)) then
      return choice
    end
  end
  return answer.speech and words.choose(answer.speech, choices) or nil
end

local function operator_choice(options)
  local operator = options.operator
  local function ring(call)
    if call:dial(operator) or options.busy == false then return end
    call:say(in_voice(options.busy or "Nobody can take your call just now.", options))
  end
  return {
    key = "0",
    words = { "operator", "a person", "somebody", "someone", "a human", "representative", "an agent", "front desk" },
    name = "operator",
    run = type(operator) == "function" and operator or ring,
  }
end

local function hints_of(choices, more)
  local hints = {}
  for _, choice in ipairs(choices) do
    for _, phrase in ipairs(choice.words or {}) do hints[#hints + 1] = phrase end
  end
  for _, hint in ipairs(more or {}) do hints[#hints + 1] = hint end
  return hints
end

-- All keys of the same length need no key that ends them.
local function digits_of(choices)
  local digits
  for _, choice in ipairs(choices) do
    local length = choice.key and #choice.key
    if length and digits and length ~= digits then return nil end
    digits = length or digits
  end
  return digits
end

local function prompts_of(options)
  local prompts = {}
  if options.say then prompts[#prompts + 1] = { say = in_voice(options.say, options) } end
  if options.play then prompts[#prompts + 1] = { play = options.play } end
  for _, prompt in ipairs(options.prompts or {}) do
    local say = type(prompt) == "string" and prompt or prompt.say
    prompts[#prompts + 1] = say and { say = in_voice(say, options) } or prompt
  end
  return prompts
end

local function gather_options(options, choices)
  local speech = options.speech ~= false
  return {
    prompts = prompts_of(options),
    digits = digits_of(choices),
    speech = speech,
    hints = speech and hints_of(choices, options.hints) or nil,
    timeout = options.timeout,
    language = options.language,
    speech_model = options.speech_model,
    speech_timeout = options.speech_timeout,
  }
end

--- Asks the caller to choose, by key or by word, and runs what they chose.
---
--- What is not understood is asked again, up to `tries` times; then `otherwise` runs. With an `operator`, 0 and
--- "operator" reach a person. After they have talked, or nobody has answered, the menu is over.
---
--- ```lua
--- local language = ivr.menu(call, {
---   say = "For English, press 1. Für Deutsch drücken Sie die 2.",
---   choices = { { key = "1", name = "en" }, { key = "2", name = "de" } },
---   speech = false,
--- })
--- ```
---@phase on_call
---@waits
---@param call Call
---@param options MenuOptions
---@return string? name Name of the choice, or its key; "operator" for a person.
---@return "timeout"|"not_understood"|nil reason What the last try came to.
function ivr.menu(call, options)
  engine.check("ivr.menu", "MenuOptions", options)
  local choices = {}
  for i, choice in ipairs(options.choices) do choices[i] = choice end
  if options.operator then choices[#choices + 1] = operator_choice(options) end

  local gather, reason = gather_options(options, choices), nil
  for try = 1, options.tries or 3 do
    if try > 1 then
      local sorry = reason == "timeout" and (options.nothing_heard or "Sorry, I did not hear anything.")
        or options.not_understood or "Sorry, I did not catch that."
      call:say(in_voice(sorry, options))
    end
    local answer
    answer, reason = call:gather(gather)
    local choice = answer and find_choice(answer, choices)
    if choice then
      if choice.run then choice.run(call, answer) end
      return choice.name or choice.key
    end
    reason = reason or "not_understood"
  end

  local otherwise = options.otherwise or options.operator and choices[#choices].run
  if otherwise then otherwise(call) end
  return nil, reason
end

--- Asks a question until the answer is understood.
---@class QuestionOptions
---@field say string|SayOptions What is asked.
---@field understand fun(answer: GatherResult): any What the answer means; nil if it means nothing.
---@field tries? integer How often it is asked. [1 to 10, default 3]
---@field not_understood? string|SayOptions Said before it is asked again. [default "Sorry, I did not catch that."]
---@field digits? integer How many keys to wait for. [1 to 128]
---@field speech? boolean Listens to words, too. [default true]
---@field timeout? Seconds How long an answer is waited for. [1 to 600, default 5]
---@field voice? string Who asks.
---@field language? string Language of the question and of the caller: "en-US".
---@field speech_model? SpeechModel What understands the caller.
---@field speech_timeout? WholeSeconds|"auto" Silence after which the caller has finished speaking. [1 to 60]
---@field hints? string[] Words that the caller is likely to say.

--- Asks a question, by key or by word, and gives what the answer means.
---
--- ```lua
--- local people = ivr.ask(call, {
---   say = "For how many people?",
---   understand = function(answer) return tonumber(answer.digits) or words.number(answer.speech) end,
--- })
--- ```
---@phase on_call
---@waits
---@param call Call
---@param options QuestionOptions
---@return any meaning nil if no try was understood.
---@return "timeout"|"not_understood"|nil reason
function ivr.ask(call, options)
  engine.check("ivr.ask", "QuestionOptions", options)
  local reason
  for try = 1, options.tries or 3 do
    if try > 1 then
      call:say(in_voice(options.not_understood or "Sorry, I did not catch that.", options))
    end
    local gather = gather_options(options, {})
    gather.digits = options.digits
    local answer
    answer, reason = call:gather(gather)
    local meaning
    if answer then meaning = options.understand(answer) end
    if meaning ~= nil then return meaning end
    reason = reason or "not_understood"
  end
  return nil, reason
end

--- Asks for a yes (also 1) or a no (also 2).
---
--- ```lua
--- if ivr.confirm(call, { say = "A table for four at seven. Is that right?" }) then book(call) end
--- ```
---@phase on_call
---@waits
---@param call Call
---@param options ConfirmOptions
---@return boolean? yes nil if no try was understood.
---@return "timeout"|"not_understood"|nil reason
function ivr.confirm(call, options)
  engine.check("ivr.confirm", "ConfirmOptions", options)
  local question = { understand = function(answer)
    if answer.speech then return words.yes(answer.speech) end
    if answer.digits == "1" then return true end
    if answer.digits == "2" then return false end
  end }
  for name, value in pairs(options) do question[name] = value end
  question.digits = 1
  question.hints = { "yes", "no" }
  return ivr.ask(call, question)
end

--- A question that is answered with yes or no.
---@class ConfirmOptions
---@field say string|SayOptions What is asked.
---@field tries? integer How often it is asked. [1 to 10, default 3]
---@field not_understood? string|SayOptions Said before it is asked again. [default "Sorry, I did not catch that."]
---@field timeout? Seconds How long an answer is waited for. [1 to 600, default 5]
---@field voice? string Who asks.
---@field language? string Language of the question and of the caller: "en-US".
---@field speech_model? SpeechModel What understands the caller.
---@field speech_timeout? WholeSeconds|"auto" Silence after which the caller has finished speaking. [1 to 60]

return ivr
