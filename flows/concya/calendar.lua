-- Days, times and numbers of people in what callers say: "a table for four tomorrow at 7:30".
local words = require "words"

local calendar = {}

local weekdays = { "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" }
local months = { "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
  "november", "december" }
local ordinals = { first = 1, second = 2, third = 3, fourth = 4, fifth = 5, sixth = 6, seventh = 7, eighth = 8,
  ninth = 9, tenth = 10, eleventh = 11, twelfth = 12 }

local function number_of(word)
  return word and (ordinals[word] or tonumber(word:match("^(%d+)%a*$")) or words.number(word))
end

-- The words of a text; "7pm" is two, and "p.m." is one.
local function tokens_of(text)
  local tokens = {}
  text = words.plain(text):gsub("(%d)([ap]m)", "%1 %2"):gsub("%f[%w]([ap]) m%f[%W]", "%1m")
  for token in text:gmatch("%S+") do tokens[#tokens + 1] = token end
  return tokens
end

-- A local date `days` after another.
local function date_after(opening, date, days)
  return opening:local_time(opening:moment { year = date.year, month = date.month, day = date.day + days })
end

-- This year's day, or next year's if that one is over.
local function coming(opening, today, month, day)
  local year = today.year
  if month < today.month or month == today.month and day < today.day then year = year + 1 end
  local date = opening:local_time(opening:moment { year = year, month = month, day = day })
  if date.month == month and date.day == day then return date end
end

--- Gives the local date that a text names: "tomorrow", "on Friday", "March 5th".
function calendar.day(text, opening)
  local today, tokens = opening:local_time(), tokens_of(text)
  for i, token in ipairs(tokens) do
    if token == "today" or token == "tonight" then return today end
    if token == "tomorrow" then return date_after(opening, today, 1) end
    for number, name in ipairs(weekdays) do
      if token == name then return date_after(opening, today, (number - today.wday - 1) % 7 + 1) end
    end
    for month, name in ipairs(months) do
      local day = token == name and (number_of(tokens[i + 1]) or number_of(tokens[i - 1]))
      if day then return coming(opening, today, month, day) end
    end
  end
end

--- Gives the local date that keys name: 1 for today, 2 for tomorrow, otherwise month and day as four digits.
function calendar.keyed_day(digits, opening)
  local today = opening:local_time()
  if digits == "1" then return today end
  if digits == "2" then return date_after(opening, today, 1) end
  local month, day = digits:match("^(%d%d)(%d%d)$")
  if month then return coming(opening, today, tonumber(month), tonumber(day)) end
end

--- Gives the hour, the minute and, where it was said, "am" or "pm": "at seven thirty", "7:30 pm", "noon".
function calendar.clock(text)
  local tokens = tokens_of(text)
  local first
  for i, token in ipairs(tokens) do
    if token == "noon" then return 12, 0, "pm" end
    if token == "at" or token == "around" then first = i + 1 end
    if (token == "am" or token == "pm") and not first then
      first = number_of(tokens[i - 2]) and number_of(tokens[i - 1]) and i - 2 or i - 1
    end
  end
  -- Without a hint, a text that is all about the time begins with it.
  first = first or #tokens <= 3 and 1 or nil
  local hour = first and number_of(tokens[first])
  if not hour or hour > 23 then return nil end
  local minute = number_of(tokens[first + 1]) or 0
  local half = words.contain(text, "pm") and "pm" or words.contain(text, "am") and "am" or nil
  for _, token in ipairs(tokens) do
    if token == "pm" or token == "evening" or token == "afternoon" or token == "tonight" then half = "pm" end
    if token == "am" or token == "morning" then half = "am" end
  end
  return hour, minute < 60 and minute or 0, half
end

--- Gives the hour and the minute of four keys: "0730".
function calendar.keyed_clock(digits)
  local hour, minute = digits:match("^(%d%d?)(%d%d)$")
  hour, minute = tonumber(hour), tonumber(minute)
  if hour and hour < 24 and minute < 60 then return hour, minute end
end

--- Gives the moment of a time on a day. Where nobody said morning or evening, it is when the house is open.
function calendar.moment(opening, day, hour, minute, half)
  local function at(h)
    return opening:moment { year = day.year, month = day.month, day = day.day, hour = h, min = minute }
  end
  if hour > 12 or hour == 12 and half ~= "am" then return at(hour) end
  if half then return at(hour % 12 + (half == "pm" and 12 or 0)) end
  return opening:is_open(at(hour)) and at(hour) or at(hour + 12)
end

--- Gives the number of people in a sentence: "a table for four", "six people", "there are five of us".
function calendar.people(text)
  local tokens = tokens_of(text)
  for i, token in ipairs(tokens) do
    local after = tokens[i + 1]
    local number = number_of(token)
    if number and (after == "people" or after == "persons" or after == "guests" or after == "of") then return number end
    if (token == "for" or token == "of") and number_of(after) and tokens[i + 2] ~= "am" and tokens[i + 2] ~= "pm" then
      return number_of(after)
    end
  end
end

return calendar
