---@meta faq
--- Answers common questions: by the words in them, else from what was answered before, else by a model or a server of
--- yours, whose answers are kept for a while.
---
--- ```lua
--- -- flows/questions/flow.lua
--- local faq = require "faq"
---
--- local questions = faq.open {
---   answers = {
---     { words = { "parking", "park" }, reply = "You can park behind the house." },
---     { words = { "refund", "money back" }, reply = "Refunds take five working days." },
---   },
---   instructions = "You answer for Lakeside, a restaurant. Dogs are welcome on the terrace. Cards are taken.",
--- }
---
--- return {
---   on_call = function(call)
---     local heard = call:gather { say = "What would you like to know?", speech = true }
---     call:say(heard and questions:answer(heard.speech) or "I do not know. I am putting you through.")
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/questions/flow_test.lua
--- local it = test.flow("questions")
---
--- it("answers by the words", function(caller)
---   caller:says("Where can I park?")
---   caller:hears("You can park behind the house.")
--- end)
---
--- it("asks the model once", function(caller, assistant)
---   caller:says("Can I bring my dog?")
---   assistant:says("Yes, dogs are welcome on the terrace.")
---   caller:hears("dogs are welcome")
---   caller:calls_again()
---   caller:says("can I bring my dog, please?")
---   caller:hears("dogs are welcome")
--- end)
--- ```
local engine = ...
local shorten = engine.part("shorten")
local words = require "words"

---@class faq
local faq = {}

--- A question that is answered by the words in it.
---@class FaqAnswer
---@field words string[] Words and phrases; the longest that is found decides.
---@field reply string What is answered.

---@class FaqOptions
---@field answers? FaqAnswer[] What is answered by the words in a question.
---@field instructions? string What a model is told, all that it needs to know included; without it, no model is asked.
---@field model? string The model that is asked. [default the engine's model for texts]
---@field max_tokens? integer Longest answer. [16 to 4096, default 200]
---@field url? Url A server that is asked where the words tell nothing: it gets `{question, language}` and answers `{answer}`, or 404.
---@field headers? table<string, string> Of that request.
---@field fields? table<string, any> What the server gets beside question and language, as which of your businesses is asked.
---@field timeout? Seconds How long the server has. [0.1 to 60, default 4]
---@field longest? integer Bytes of an answer of the model or the server; a longer one ends with the last sentence that fits. [20 to 4096, default 4096]
---@field name? string Tells several of one business apart. [at most 60, default "main"]
---@field cache_days? number How long an answer of the model or the server is kept; 0: not at all. [0 to 365, default 7]

---@class FaqQuestionOptions
---@field language? string Language of the answer, where it is not that of the question: "es-US".

--- Questions and answers, as `faq.open` makes them.
---@class Faq
local Faq = {}
Faq.__index = Faq

local UNKNOWN = "UNKNOWN"
local RULES = "\nAnswer the question in one or two short sentences that can be read out on the phone. If what you were told "
  .. "does not answer it, answer with this one word: " .. UNKNOWN
local LONGEST = 500 -- bytes of a question
local LONGEST_KEY = 300 -- bytes of it that tell it from others

--- Makes questions and answers. What is wrong in them stops the flow from loading.
---
--- ```lua
--- local answers = faq.open {
---   answers = { { words = { "wifi" }, reply = "The password is on your table." } },
---   url = "https://help.example/answer",
---   cache_days = 1,
--- }
--- local reply, source = answers:answer("do you have wifi")  --> "The password is on your table.", "words"
--- ```
---@param options FaqOptions
---@return Faq
function faq.open(options)
  if not engine.is_known_good() then engine.check("faq.open", "FaqOptions", options) end
  return setmetatable({ options = options }, Faq)
end

-- What callers say around a question.
local AROUND = { "please", "hello", "hi", "hey", "um", "uh", "can you tell me", "could you tell me", "i would like to know",
  "id like to know", "i want to know", "do you know", "thanks", "thank you", "so", "well" }

-- A question without what is said around it: two that differ in no more than that have one answer.
local function plain(question)
  local text = " " .. words.plain(question) .. " "
  for _, phrase in ipairs(AROUND) do
    local from, to = text:find(" " .. phrase .. " ", 1, true)
    while from do
      text = text:sub(1, from) .. text:sub(to + 1)
      from, to = text:find(" " .. phrase .. " ", 1, true)
    end
  end
  return (text:gsub("^ +", ""):gsub(" +$", ""))
end

local function key_of(options, question, language)
  return ("faq/%s/%s/%s"):format(options.name or "main", language or "", shorten(plain(question), LONGEST_KEY))
end

-- The answer of the server and "server"; nil and why there is none.
local function ask_server(options, question, language)
  local asked = engine.copy(options.fields or {})
  asked.question, asked.language = shorten(question, LONGEST), language
  local response = http.post(options.url, {
    json = asked, headers = options.headers, timeout = options.timeout or 4,
  })
  if response and response.status == 404 then return nil, "unknown" end
  local answer = response and response.status == 200 and type(response.json) == "table" and response.json.answer
  if type(answer) == "string" and answer ~= "" then return answer, "server" end
  return nil, "unavailable"
end

local function ask_model(options, question, language)
  local told = options.instructions .. RULES
  if language then told = told .. "\nAnswer in the language " .. language .. "." end
  local answer = engine.ask("chat", {
    messages = { { role = "system", content = told }, { role = "user", content = shorten(question, LONGEST) } },
    model = options.model,
    max_tokens = options.max_tokens or 200,
  })
  local text = answer and answer.content
  if not text or not text:find("%S") then return nil, "unavailable" end
  if text:find(UNKNOWN, 1, true) then return nil, "unknown" end
  return text, "model"
end

--- Answers a question. Who asks waits while the model or the server is asked: say "One moment" before, where that matters.
---
--- ```lua
--- local reply, source = questions:answer("Can I park there?")
--- if not reply and source == "unavailable" then call:say("I cannot look that up just now.") end
--- ```
---@ask chat
---@waits
---@param question? string
---@param options? FaqQuestionOptions
---@return string? reply
---@return "words"|"cache"|"model"|"server"|"unknown"|"unavailable" source Where it is from, or why there is none.
function Faq:answer(question, options)
  options = options or {}
  engine.check("faq:answer", "FaqQuestionOptions", options)
  if not question or not question:find("%S") then return nil, "unknown" end
  local own = self.options
  local known = words.choose(question, own.answers or {})
  if known then return known.reply, "words" end
  if not own.url and not own.instructions then return nil, "unknown" end

  local key, seconds = key_of(own, question, options.language), (own.cache_days or 7) * 86400
  local kept = seconds > 0 and kv.get(key)
  if kept then return kept, "cache" end
  local reply, source
  if own.url then reply, source = ask_server(own, question, options.language) end
  if not reply and own.instructions then reply, source = ask_model(own, question, options.language) end
  reply = reply and shorten(reply, own.longest or 4096, "sentences")
  if reply and seconds > 0 then kv.set(key, reply, { expires = seconds }) end
  return reply, source
end

--- Forgets what was kept for a question, as when the answer has changed.
---@waits
---@param question string
---@param options? FaqQuestionOptions
function Faq:forget(question, options)
  options = options or {}
  engine.check("faq:forget", "FaqQuestionOptions", options)
  kv.delete(key_of(self.options, question, options.language))
end

return faq
