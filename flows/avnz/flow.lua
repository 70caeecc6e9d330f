-- AVNZ, customer service for many companies: finds out which one the caller wants, answers common questions, and
-- passes the call to a person who is told what it is about.
local companies = require "companies"
local ivr = require "ivr"
local words = require "words"

local HUMAN = { "human", "person", "agent", "representative", "somebody", "operator", "speak to someone" }
local GOODBYE = { "goodbye", "bye", "thats all", "no thanks", "nothing else", "no thank you" }
local ANYTHING_ELSE = "Is there anything else?"

local function company_with_code(code)
  for _, company in ipairs(companies) do
    if company.code == code then return company end
  end
end

-- A number of its own names its company; on the shared one, the caller does.
local function find_company(call)
  if call.settings.company ~= "" then return company_with_code(call.settings.company) end
  local choices = {}
  for i, company in ipairs(companies) do
    choices[i] = { key = company.code, name = company.code, words = company.words }
  end
  local code = ivr.menu(call, {
    say = "Welcome. Please say the name of the company you are calling, or enter its three digit code.",
    not_understood = "I do not know that company.",
    choices = choices,
  })
  return code and company_with_code(code)
end

-- The caller's talk with one company.
local Service = {}
Service.__index = Service

function Service:say(text)
  self.call:say { text = text, voice = self.company.voice, language = self.company.language }
end

function Service:listen(question)
  return self.call:gather {
    say = { text = question, voice = self.company.voice, language = self.company.language },
    speech = true,
    digits = 1,
    language = self.company.language,
    speech_model = "phone_call",
    speech_timeout = 2,
    hints = self.hints,
  }
end

-- Tells a person what the call is about, rings them, and says so if nobody is there.
function Service:escalate(reason)
  local agent, call = self.company.human_agent, self.call
  if not agent.enabled then
    return self:say("Nobody is here to take your call. Please write to us, and we will answer within a day.")
  end
  if agent.notify then
    sms.send {
      to = agent.notification_phone,
      body = ("%s: %s asks for a person (%s)."):format(self.company.name, call.from, reason),
      later = true,
    }
  end
  self:say("I am putting you through.")
  local whisper = ("A call for %s: %s"):format(self.company.name, reason)
  local outcome = call:dial(agent.phone, { timeout = 25, whisper = whisper })
  if not outcome then
    self:say("All our people are busy. We will call you back.")
    kv.set("call_back/" .. call.id, { company = self.company.code, from = call.from, about = reason })
  end
end

-- Answers questions until the caller is done or needs a person.
function Service:run()
  local misses, question = 0, ("%s. How can I help you?"):format(self.company.name)
  while misses < 2 do
    local answer = self:listen(question)
    if answer and answer.digits == "0" then return self:escalate("pressed 0") end
    local said = answer and answer.speech or ""
    local done = words.choose(said, { { words = GOODBYE } }) or question == ANYTHING_ELSE and words.yes(said) == false
    if words.choose(said, { { words = HUMAN } }) then return self:escalate(said) end
    local known = words.choose(said, self.company.answers)
    if known then
      self:say(known.reply)
      misses, question = 0, ANYTHING_ELSE
    elseif done then
      return self:say("Thank you for calling " .. self.company.name .. ". Goodbye.")
    else
      misses = misses + 1
      question = "I am sorry, could you say that in other words? For a person, press 0."
    end
  end
  self:escalate("not understood")
end

local function hints_of(company)
  local hints = { "speak to a human" }
  for _, answer in ipairs(company.answers) do
    for _, phrase in ipairs(answer.words) do hints[#hints + 1] = phrase end
  end
  return hints
end

---@type Flow
return {
  settings = { company = "" }, -- the code of the company that a number belongs to; empty on the shared number
  fallback = { say = "I am putting you through.", dial = "+15550130" },

  on_call = function(call)
    local company = find_company(call)
    if not company then
      call:say("Please look up the code of your company and call again. Goodbye.")
      return
    end
    call.vars.company = company.code
    setmetatable({ call = call, company = company, hints = hints_of(company) }, Service):run()
  end,

  on_call_ended = function(call)
    if call.vars.company then kv.increment("calls/" .. call.vars.company) end
  end,
}
