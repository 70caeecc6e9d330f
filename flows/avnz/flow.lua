-- AVNZ, customer service for many companies: finds out which one the caller wants and which language they speak,
-- answers common questions, and passes the call to a person who is told what it is about.
local faq = require "faq"
local ivr = require "ivr"
local known = require "languages"
local words = require "words"

local companies = {}
for i, entry in ipairs(require "companies") do companies[i] = require "company"(entry) end

local function company_with_code(code)
  for _, company in ipairs(companies) do
    if company.code == code then return company end
  end
end

-- A number of its own names its company; on the shared one, the caller does.
local function find_company(call)
  if call.settings.company then return company_with_code(call.settings.company) end
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

-- What the company's knowledge service says, in so few words that somebody listens to them on the phone.
local function looked_up(call, company, question, language)
  if not call.settings.knowledge_url then return nil end
  local knowledge = faq.open {
    name = company.code,
    url = call.settings.knowledge_url,
    fields = { company = company.code },
    longest = 300,
    cache_days = 1,
  }
  return (knowledge:answer(question, { language = language }))
end

-- Whether the caller says that they are done; a no does where they were asked whether there is anything else.
local function is_done(said, language, question)
  local ends = { { words = language.done } }
  if question == "anything_else" then ends[2] = { words = language.no } end
  return words.choose(said, ends) ~= nil
end

-- Tells a person what the call is about, rings them, and says so if nobody is there.
local function escalate(call, company, speaker, why, said)
  local about = why == "failures" and "not understood" or said ~= "" and said or "pressed 0"
  call.vars.escalated = about
  local reachable = company.people:is_available()
  local nameless = not call.from:find("^%+") -- hides their number
  local outcome = company.people:run(call, {
    why = why,
    about = about,
    say = speaker:prompt("transfer"),
    closed = speaker:prompt("nobody"),
    busy = speaker:prompt(nameless and "busy_unknown" or "busy"),
  })
  if outcome.result == "nobody" and reachable and not nameless then
    kv.set("call_back/" .. call.id, { company = company.code, from = call.from, about = about })
  end
end

-- Answers questions until the caller is done or needs a person.
local function serve(call, company)
  local speaker, watch = company.languages:speaker(call), company.people:watch()
  local question, offers = "help", true
  while true do
    local answer = speaker:gather({
      say = question, offers = offers, speech = true, digits = 1, speech_timeout = 2, hints = company.hints,
    }, { company = company.name })
    offers = false
    local said = answer and answer.speech or ""
    local changed = answer and speaker:follow(answer) or false
    local why = watch:heard(answer)
    if why then return escalate(call, company, speaker, why, said) end

    local reply = company.answers[speaker.code]:answer(said)
    if not reply and is_done(said, known[speaker.code:sub(1, 2)], question) then
      return speaker:say("goodbye", { company = company.name })
    end
    reply = reply or not changed and looked_up(call, company, said, speaker.code) or nil
    if reply then
      watch:helped()
      speaker:speak(reply)
      question = "anything_else"
    elseif changed then
      question = "help"
    else
      why = watch:failed()
      if why then return escalate(call, company, speaker, why, said) end
      question = "again"
    end
  end
end

local codes = {}
for i, company in ipairs(companies) do codes[i] = company.code end

---@type Flow
return {
  settings = {
    company = {
      type = "choice", choices = codes, label = "Company",
      help = "The code of the company that the number belongs to; nobody's on the shared number.",
    },
    knowledge_url = {
      type = "text", label = "Knowledge service", help = "Is asked what the company wrote no answer to.",
    },
  },
  fallback = { say = "I am putting you through.", dial = "+15550130" },

  on_call = function(call)
    local company = find_company(call)
    if not company then
      call:say("Please look up the code of your company and call again. Goodbye.")
      return
    end
    call.vars.company = company.code
    serve(call, company)
  end,

  on_call_ended = function(call)
    if call.vars.company then kv.increment("calls/" .. call.vars.company) end
    if call.vars.escalated then kv.increment("escalations/" .. call.vars.company) end
  end,
}
