-- How many people and which day, in what callers say and press. Days and times in words are the engine's to understand:
-- `require "text"`.
local text = require "text"
local words = require "words"

local calendar = {}

--- Gives the local date that keys name: 1 for today, 2 for tomorrow, otherwise month and day as four digits.
---@param digits string
---@param opening Opening
---@return LocalDate?
function calendar.keyed_day(digits, opening)
  local named = digits == "1" and "today" or digits == "2" and "tomorrow"
  local month, day = digits:match("^(%d%d)(%d%d)$")
  if month then named = ("%d/%d"):format(tonumber(month), tonumber(day)) end
  return named and text.date(named, { opening = opening }) or nil
end

--- Gives the moment of four keys, "0730", on a day: the one at which the house is open.
---@param digits string
---@param day LocalDate
---@param opening Opening
---@return number?
function calendar.keyed_time(digits, day, opening)
  local hour, minute = digits:match("^(%d%d?)(%d%d)$")
  if not hour then return nil end
  return (text.moment(("%d:%s"):format(tonumber(hour), minute), { opening = opening, date = day }))
end

local MEANS_PEOPLE = { people = true, persons = true, guests = true, of = true }
local NO_PARTY = { am = true, pm = true, oclock = true }

--- Gives the number of people in a sentence: "a table for four", "six people", "there are five of us".
---@param said string
---@return integer?
function calendar.people(said)
  local tokens = {}
  for token in words.plain(said):gmatch("%S+") do tokens[#tokens + 1] = token end
  for i, token in ipairs(tokens) do
    local number, after = words.number(token), tokens[i + 1]
    if number and MEANS_PEOPLE[after] then return number end
    if (token == "for" or token == "of") and after and not NO_PARTY[tokens[i + 2]] then
      number = words.number(after)
      if number then return number end
    end
  end
end

return calendar
