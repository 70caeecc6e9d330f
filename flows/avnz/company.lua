-- A company as callers meet it, made of its entry in companies.lua: the languages that it speaks, what it answers, and
-- the people whom it escalates to.
local escalation = require "escalation"
local faq = require "faq"
local known = require "languages"
local lang = require "lang"

local function languages_of(entry)
  local list = {}
  for i, each in ipairs(entry.languages) do
    local language = known[each.language:sub(1, 2)]
    list[i] = {
      code = each.language, voice = each.voice, speech_model = "phone_call", prompts = language.prompts,
      name = language.name, menu = language.menu, key = language.key, words = language.words,
      countries = language.countries,
    }
  end
  return lang.languages(list)
end

-- Its written answers, by language.
local function answers_of(entry)
  local answers = {}
  for _, each in ipairs(entry.languages) do
    local written = {}
    for _, answer in ipairs(entry.answers) do
      written[#written + 1] = { words = answer.words, reply = answer[each.language:sub(1, 2)] }
    end
    answers[each.language] = faq.open { answers = written }
  end
  return answers
end

local function each_language(entry, add)
  for _, each in ipairs(entry.languages) do add(known[each.language:sub(1, 2)]) end
end

local function people_of(entry)
  local agent, person = entry.human_agent, {}
  each_language(entry, function(language)
    for _, phrase in ipairs(language.person) do person[#person + 1] = phrase end
  end)
  return escalation.policy {
    person = person,
    failures = 2,
    tiers = agent.enabled and { {
      to = agent.phone,
      whisper = function(case) return ("A call for %s: %s"):format(entry.name, case.about) end,
    } } or {},
    notify = agent.enabled and agent.notify and {
      sms = agent.notification_phone,
      text = function(case) return ("%s: %s asks for a person (%s)."):format(entry.name, case.from, case.about) end,
    } or nil,
    voicemail = false,
  }
end

-- What is likely to be said to it.
local function hints_of(entry)
  local hints = {}
  local function add(phrases)
    for _, phrase in ipairs(phrases) do hints[#hints + 1] = phrase end
  end
  each_language(entry, function(language)
    add(language.person)
    add { language.words[1] }
  end)
  for _, answer in ipairs(entry.answers) do add(answer.words) end
  return hints
end

---@param entry table
return function(entry)
  return {
    code = entry.code,
    name = entry.name,
    words = entry.words,
    languages = languages_of(entry),
    answers = answers_of(entry),
    people = people_of(entry),
    hints = hints_of(entry),
  }
end
