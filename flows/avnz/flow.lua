-- AVNZ, customer service for many companies: finds out which one the caller wants and which language they speak,
-- answers common questions, and passes the call to a person who is told what it is about.
local answers = require "answers"
local companies = require "companies"
local ivr = require "ivr"
local languages = require "languages"
local words = require "words"

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

-- What is likely to be said to a company.
local function hints_of(company, spoken)
  local hints = {}
  for _, language in ipairs(spoken) do
    for _, phrase in ipairs(language.human) do hints[#hints + 1] = phrase end
    hints[#hints + 1] = language.name[1]
  end
  for _, answer in ipairs(company.answers) do
    for _, phrase in ipairs(answer.words) do hints[#hints + 1] = phrase end
  end
  return hints
end

-- The caller's talk with one company, in one of its languages.
local Service = {}
Service.__index = Service

local function service_of(call, company)
  local spoken = languages.of(company)
  local language = languages.by_country(spoken, call.from)
  return setmetatable({
    call = call, company = company, spoken = spoken, language = language, hints = hints_of(company, spoken),
  }, Service)
end

function Service:say(text)
  self.call:say { text = text, voice = self.language.voice, language = self.language.language }
end

function Service:other_language()
  for _, language in ipairs(self.spoken) do
    if language ~= self.language then return language end
  end
end

-- Asks, and offers another language where `offers`. Each is said in its own voice.
function Service:listen(question, offers)
  local prompts = { { say = { text = question, voice = self.language.voice, language = self.language.language } } }
  local other = offers and self:other_language()
  if other then
    prompts[2] = { say = { text = other.offer, voice = other.voice, language = other.language } }
  end
  return self.call:gather {
    prompts = prompts,
    speech = true,
    digits = 1,
    language = self.language.language,
    speech_model = "phone_call",
    speech_timeout = 2,
    hints = self.hints,
  }
end

-- The language that the caller wants instead: 8, its name, or words of it.
function Service:language_wanted(answer)
  if answer.digits == "8" then return self:other_language() end
  local heard = answer.speech and languages.heard(self.spoken, answer.speech)
  return heard ~= self.language and heard or nil
end

-- Tells a person what the call is about, rings them, and says so if nobody is there.
function Service:escalate(reason)
  local agent, call = self.company.human_agent, self.call
  call.vars.escalated = reason
  if not agent.enabled then return self:say(self.language.nobody) end
  if agent.notify then
    sms.send {
      to = agent.notification_phone,
      body = ("%s: %s asks for a person (%s)."):format(self.company.name, call.from, reason),
      later = true,
    }
  end
  self:say(self.language.transfer)
  local whisper = ("A call for %s: %s"):format(self.company.name, reason)
  local outcome = call:dial(agent.phone, { timeout = 25, whisper = whisper })
  if not outcome then
    self:say(self.language.busy)
    kv.set("call_back/" .. call.id, { company = self.company.code, from = call.from, about = reason })
  end
end

-- Whether the caller says that they are done; a no does where they were asked whether there is anything else.
function Service:is_done(said, question)
  local ends = { { words = self.language.done } }
  if question == self.language.anything_else then ends[2] = { words = self.language.no } end
  return words.choose(said, ends) ~= nil
end

-- Answers questions until the caller is done or needs a person.
function Service:run()
  local misses, question = 0, self.language.help:format(self.company.name)
  local offers = true
  while misses < 2 do
    local answer = self:listen(question, offers)
    local said = answer and answer.speech or ""
    offers = false
    if answer and answer.digits == "0" then return self:escalate("pressed 0") end
    local wanted = answer and self:language_wanted(answer)
    if wanted then self.language = wanted end

    if words.choose(said, { { words = self.language.human } }) then return self:escalate(said) end
    local reply = answers.written(self.company, self.language, said)
    if not reply and self:is_done(said, question) then
      return self:say(self.language.goodbye:format(self.company.name))
    end
    reply = reply or not wanted and answers.looked_up(self.call, self.company, self.language, said)
    if reply then
      self:say(reply)
      misses, question = 0, self.language.anything_else
    elseif wanted then
      question = self.language.help:format(self.company.name)
    else
      misses, question = misses + 1, self.language.again
    end
  end
  self:escalate("not understood")
end

---@type Flow
return {
  settings = {
    company = "", -- the code of the company that a number belongs to; empty on the shared number
    knowledge_url = "", -- is asked what no company wrote an answer to; empty: nobody is
  },
  fallback = { say = "I am putting you through.", dial = "+15550130" },

  on_call = function(call)
    local company = find_company(call)
    if not company then
      call:say("Please look up the code of your company and call again. Goodbye.")
      return
    end
    call.vars.company = company.code
    service_of(call, company):run()
  end,

  on_call_ended = function(call)
    if call.vars.company then kv.increment("calls/" .. call.vars.company) end
    if call.vars.escalated then kv.increment("escalations/" .. call.vars.company) end
  end,
}
