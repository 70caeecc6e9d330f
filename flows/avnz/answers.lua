-- What AVNZ answers: the replies that a company wrote, then what its own knowledge service says, which is asked once a
-- day for each question.
local words = require "words"

local answers = {}

local DAY = 24 * 60 * 60
local LONGEST = 300 -- characters: nobody listens longer on the phone

-- The first bytes of a text, without a letter of which only a part would be left.
local function beginning(text, most)
  if #text <= most then return text end
  return (text:sub(1, most):gsub("[\192-\255]?[\128-\191]*$", ""))
end

-- The first sentences of a text that fit.
local function shortened(text)
  if #text <= LONGEST then return text end
  local short = beginning(text, LONGEST)
  return short:match("^(.*[%.!?])%s") or short:match("^(.*)%s") or short
end

-- Asks the service; nil if it does not know, or cannot be asked.
local function ask_service(call, company, language, question)
  local response = http.post(call.settings.knowledge_url, {
    json = { company = company.code, language = language.language, question = question },
    timeout = 4, -- the caller waits
  })
  local answer = response and response.status == 200 and type(response.json) == "table" and response.json.answer
  if type(answer) == "string" and answer ~= "" then return shortened(answer) end
end

--- Gives the reply that the company wrote for a question; nil if there is none.
---@param company table
---@param language table
---@param question string
---@return string?
function answers.written(company, language, question)
  local answer = words.choose(question, company.answers)
  return answer and answer[language.key]
end

--- Gives what the company's knowledge service says to a question, today's if it was asked before; nil if it does not
--- know.
---@param call Call
---@param company table
---@param language table
---@param question string
---@return string?
function answers.looked_up(call, company, language, question)
  if call.settings.knowledge_url == "" or question == "" then return nil end
  local key = ("answer/%s/%s/%s"):format(company.code, language.key, beginning(words.plain(question), 100))
  local answer = kv.get(key)
  if answer then return answer end
  answer = ask_service(call, company, language, question)
  if answer then kv.set(key, answer, { expires = DAY }) end
  return answer
end

return answers
