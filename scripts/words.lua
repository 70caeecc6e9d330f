---@meta words
--- Understands short answers: which of several things somebody said, a number, yes or no. `ivr` and `sms` use it; so
--- can a flow.
---
--- ```lua
--- local words = require "words"
--- ```

---@class words
local words = {}

-- Longer texts are stories, not answers; their end is not looked at.
local LONGEST = 600 -- bytes

--- Gives a text in lower case, without punctuation, with single spaces.
---
--- ```lua
--- words.plain("A table, please!")  --> "a table please"
--- ```
---@param text string
---@return string
function words.plain(text)
  text = text:sub(1, LONGEST):lower():gsub("['’]", "")
  -- Bytes from 128 on are letters of other alphabets.
  text = text:gsub("[^%w\128-\255]+", " ")
  return (text:gsub("^ ", ""):gsub(" $", ""))
end

--- Whether a text contains a phrase as whole words; "reservation" is also found in "reservations".
---@param text string
---@param phrase string
---@return boolean
function words.contain(text, phrase)
  text, phrase = " " .. words.plain(text) .. " ", " " .. words.plain(phrase)
  if phrase == " " then return false end
  return text:find(phrase .. " ", 1, true) ~= nil or text:find(phrase .. "s ", 1, true) ~= nil
end

--- Something that may be meant.
---@class WordsChoice
---@field words? string[] Words and phrases that mean it.

--- Gives the choice that a text means: the one with the longest phrase in it.
---
--- ```lua
--- local choice = words.choose("I'd like to book a table", {
---   { words = { "book", "reserve" }, name = "book" },
---   { words = { "open", "hours" }, name = "hours" },
--- })
--- ```
---@param text string
---@param choices WordsChoice[]
---@return WordsChoice?
function words.choose(text, choices)
  local best, longest = nil, 0
  for _, choice in ipairs(choices) do
    for _, phrase in ipairs(choice.words or {}) do
      if #phrase > longest and words.contain(text, phrase) then best, longest = choice, #phrase end
    end
  end
  return best
end

local units = {
  zero = 0, one = 1, two = 2, three = 3, four = 4, five = 5, six = 6, seven = 7, eight = 8, nine = 9, ten = 10,
  eleven = 11, twelve = 12, thirteen = 13, fourteen = 14, fifteen = 15, sixteen = 16, seventeen = 17,
  eighteen = 18, nineteen = 19, couple = 2, dozen = 12,
}
local tens = { twenty = 20, thirty = 30, forty = 40, fifty = 50, sixty = 60, seventy = 70, eighty = 80, ninety = 90 }

--- Gives the first number in a text, below a hundred where it is spelt out.
---
--- ```lua
--- words.number("for twenty two people")  --> 22
--- words.number("4, please")              --> 4
--- ```
---@param text string
---@return integer?
function words.number(text)
  local ten
  for word in words.plain(text):gmatch("%S+") do
    local unit = units[word]
    if ten then return unit and unit < 10 and ten + unit or ten end
    if unit then return unit end
    if word:find("^%d+$") and #word < 16 then return tonumber(word) end
    ten = tens[word]
  end
  return ten
end

local answers = {
  { words = { "yes", "yeah", "yep", "yup", "sure", "correct", "right", "of course", "please do", "ok", "okay",
    "that works" }, yes = true },
  { words = { "no", "nope", "not", "wrong", "incorrect", "not right", "not correct", "dont", "no thanks", "cancel",
    "not sure" }, yes = false },
}

--- Whether a text says yes (true) or no (false); nil if it says neither.
---@param text string
---@return boolean?
function words.yes(text)
  local answer = words.choose(text, answers)
  if not answer then return nil end
  return answer.yes
end

return words
