---@meta survey
--- Asks callers questions, by key or by word, and keeps what they answer: each answer as soon as it is given, so that who
--- hangs up early has still been heard.
---
--- ```lua
--- -- flows/feedback/flow.lua
--- local survey = require "survey"
---
--- local visit = survey.questions {
---   name = "visit",
---   {
---     id = "stars", kind = "scale", most = 5,
---     say = "From one to five, how was your visit?",
---   },
---   {
---     id = "why", kind = "text", say = "What should we do better?",
---     when = function(answers) return answers.stars and answers.stars < 4 end,
---   },
---   { id = "again", kind = "yes_no", say = "Will you come again? Press 1 for yes, 2 for no." },
--- }
---
--- return {
---   on_call = function(call)
---     local result = visit:run(call)
---     if result.complete then call:say("Thank you.") end
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/feedback/flow_test.lua
--- local it = test.flow("feedback")
---
--- it("asks why only where something was wrong", function(caller)
---   caller:hears("From one to five, how was your visit?")
---   caller:presses("5")
---   caller:hears("Will you come again?")
---   caller:says("yes, sure")
---   caller:hears("Thank you.")
---   store:has("survey/visit/tally/stars/5", 1)
--- end)
--- ```
local engine = ...
local in_voice = engine.part("in_voice")
local ivr = require "ivr"
local words = require "words"

---@class survey
local survey = {}

--- Something that is chosen in answer to a question.
---@class SurveyChoice
---@field value string What is kept.
---@field key? string Key to press: "1".
---@field words? string[] Words and phrases that mean it. [default the value]

--- A question.
---@class SurveyQuestion
---@field id string What its answer is kept under.
---@field kind "scale"|"yes_no"|"choice"|"number"|"text"|"recording" "scale": a number from `least` to `most`; "text": what the caller says, written down; "recording": their voice.
---@field say string|SayOptions What the caller hears.
---@field least? integer Least number. [default 1 for a scale, 0 for a number]
---@field most? integer Greatest number. [default 5 for a scale]
---@field choices? SurveyChoice[] What can be chosen.
---@field when? fun(answers: table): boolean? Whether it is asked, given the answers so far. [default always]
---@field required? boolean Cannot be skipped. [default false]
---@field max_length? WholeSeconds Longest recording. [5 to 600, default 60]

--- Questions, as a list, with what holds for all of them.
---@class SurveyOptions
---@field name string What the answers are kept under. [at most 60]
---@field tries? integer How often each is asked. [1 to 5, default 2]
---@field skip_key? string Key that skips a question. [default "*"]
---@field skip_words? string[] Words that skip one. [default "skip", "pass", "next question", "no answer"]
---@field not_understood? string|SayOptions Said before a question is asked again. [default "Sorry, I did not catch that."]
---@field timeout? Seconds How long an answer is waited for. [1 to 600, default 5]
---@field webhook? Url Where the answers are posted when all questions have been asked.
---@field keep_days? integer How long a caller's answers are kept. [1 to 3650, default 365]

---@class SurveyRunOptions
---@field voice? string Who speaks.
---@field language? string Language of the questions and of the caller.
---@field speech_model? SpeechModel What understands the caller.
---@field about? table What is kept beside the answers, as the number of an order.

--- What a caller answered.
---@class SurveyResult
---@field answers table By the questions' ids: a number, true or false, a text, or a recording's `{url, seconds}`.
---@field skipped string[] Ids of questions that were asked and not answered.
---@field complete boolean Whether all that were asked were answered.

--- A survey, as `survey.questions` makes it.
---@class Survey
local Survey = {}
Survey.__index = Survey

local SKIPPED = {} -- what `understand` gives for a wish to skip

local SKIP_WORDS = { "skip", "pass", "next question", "no answer" }

local function check(options)
  local head = engine.copy(options)
  for i = #options, 1, -1 do head[i] = nil end
  engine.check("survey.questions", "SurveyOptions", head)
  if #options == 0 then engine.refuse("survey.questions takes a list of questions") end
  local seen = {}
  for _, question in ipairs(options) do
    engine.check("survey.questions", "SurveyQuestion", question)
    if seen[question.id] then
      engine.refuse(("survey.questions: two questions have the id `%s`"):format(question.id))
    end
    if question.kind == "choice" and not question.choices then
      engine.refuse(("survey.questions: the question `%s` has no `choices`"):format(question.id))
    end
    seen[question.id] = true
  end
end

--- Makes a survey. What is wrong in it stops the flow from loading.
---
--- ```lua
--- local short = survey.questions {
---   name = "short",
---   { id = "how", kind = "choice", say = "Press 1 for good, 2 for bad.", choices = {
---     { value = "good", key = "1" }, { value = "bad", key = "2", words = { "bad", "terrible" } },
---   } },
--- }
--- local result = short:run(call)
--- ```
---@param options SurveyOptions With the questions as a list in it.
---@return Survey
function survey.questions(options)
  if not engine.is_known_good() then check(options) end
  return setmetatable({ options = options }, Survey)
end

local function least_of(question) return question.least or (question.kind == "scale" and 1 or 0) end
local function most_of(question) return question.most or (question.kind == "scale" and 5 or math.huge) end

local function number_in(question, answer)
  local number = tonumber(answer.digits) or answer.speech and words.number(answer.speech)
  if number and number >= least_of(question) and number <= most_of(question) then return number end
end

-- What an answer means, by the kind of the question; nil where it means nothing.
local meanings = { scale = number_in, number = number_in }

meanings.yes_no = function(_, answer)
  if answer.speech then return words.yes(answer.speech) end
  if answer.digits == "1" then return true end
  if answer.digits == "2" then return false end
end

meanings.choice = function(question, answer)
  local said = {}
  for i, choice in ipairs(question.choices) do
    if choice.key and answer.digits == choice.key then return choice.value end
    said[i] = { words = choice.words or { choice.value }, value = choice.value }
  end
  local choice = answer.speech and words.choose(answer.speech, said)
  return choice and choice.value
end

meanings.text = function(_, answer)
  return answer.speech and answer.speech:find("%S") and answer.speech or nil
end

-- A sentence that is an answer may have the word in it: only a short one is a wish to skip.
local function skips(options, question, answer)
  if question.required then return false end
  if answer.digits then return answer.digits == (options.skip_key or "*") end
  local said = words.plain(answer.speech or "")
  for _, phrase in ipairs(options.skip_words or SKIP_WORDS) do
    local plain = words.plain(phrase)
    if said == plain or said == plain .. " please" or said == plain .. " it" or said == plain .. " this" then return true end
  end
  return false
end

-- How many keys an answer has; nil where the caller ends it with #.
local function digits_of(question)
  if question.kind == "yes_no" then return 1 end
  if question.kind == "scale" and most_of(question) < 10 then return 1 end
  local digits
  for _, choice in ipairs(question.kind == "choice" and question.choices or {}) do
    if choice.key then
      if digits and digits ~= #choice.key then return nil end
      digits = #choice.key
    end
  end
  return digits
end

local function record(call, question, voices)
  call:say(in_voice(question.say, voices))
  local recording = call:record { max_length = question.max_length or 60, finish_on_key = "#" }
  return recording and { url = recording.url, seconds = recording.seconds }
end

-- The answer to a question; nil where there is none.
local function answer_to(call, options, question, voices)
  if question.kind == "recording" then return record(call, question, voices) end
  local answer = ivr.ask(call, {
    say = question.say,
    understand = function(answer)
      if skips(options, question, answer) then return SKIPPED end
      return meanings[question.kind](question, answer)
    end,
    digits = digits_of(question),
    tries = options.tries or 2,
    timeout = options.timeout,
    not_understood = options.not_understood,
    voice = voices.voice, language = voices.language, speech_model = voices.speech_model,
  })
  if answer == SKIPPED then return nil end
  return answer
end

-- A number, a choice, yes and no can be counted.
local function count(name, question, answer)
  if question.kind == "text" or question.kind == "recording" or question.kind == "number" then return end
  kv.increment(("survey/%s/tally/%s/%s"):format(name, question.id, tostring(answer)))
end

--- Asks the questions. A question that is not answered after its last try is passed over, and so is one that the caller
--- skips with `*` or "skip".
---@phase on_call
---@waits
---@param call Call
---@param options? SurveyRunOptions
---@return SurveyResult result
function Survey:run(call, options)
  options = options or {}
  engine.check("survey:run", "SurveyRunOptions", options)
  local own, result = self.options, { answers = {}, skipped = {} }
  local record_of = { from = call.from, at = os.time(), about = options.about, answers = result.answers }
  for _, question in ipairs(own) do
    if not question.when or question.when(result.answers) then
      local answer = answer_to(call, own, question, options)
      if answer == nil then
        result.skipped[#result.skipped + 1] = question.id
      else
        result.answers[question.id] = answer
        kv.set(("survey/%s/call/%s"):format(own.name, call.id), record_of, { expires = (own.keep_days or 365) * 86400 })
        count(own.name, question, answer)
      end
    end
  end
  result.complete = #result.skipped == 0
  if own.webhook then
    http.post(own.webhook, { json = { survey = own.name, from = call.from, to = call.to, about = options.about,
      answers = result.answers, skipped = result.skipped }, later = true })
  end
  return result
end

--- Gives how often each answer to a question was given; for a scale, yes or no, and choices.
---
--- ```lua
--- local stars = visit:tally("stars")
--- log("stars", { five = stars["5"] or 0 })
--- ```
---@waits
---@param id string The question's.
---@return table<string, integer> counts By the answer, as a text: "5", "true", "good".
function Survey:tally(id)
  local question, ids = nil, {}
  for i, one in ipairs(self.options) do
    ids[i] = one.id
    if one.id == id then question = one end
  end
  if not question then
    engine.refuse(("survey:tally: there is no question `%s`; %s"):format(tostring(id), engine.did_you_mean(tostring(id), ids)))
  end
  local values = {}
  if question.kind == "yes_no" then values = { "true", "false" } end
  for i, choice in ipairs(question.kind == "choice" and question.choices or {}) do values[i] = choice.value end
  if question.kind == "scale" then
    for value = least_of(question), most_of(question) do values[#values + 1] = tostring(value) end
  end
  local counts = {}
  for _, value in ipairs(values) do
    counts[value] = kv.get(("survey/%s/tally/%s/%s"):format(self.options.name, id, value)) or 0
  end
  return counts
end

return survey
