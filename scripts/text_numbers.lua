-- Words and numbers of what somebody said, in English.
local numbers = {}

local UNITS = {
  zero = 0, one = 1, two = 2, three = 3, four = 4, five = 5, six = 6, seven = 7, eight = 8, nine = 9, ten = 10,
  eleven = 11, twelve = 12, thirteen = 13, fourteen = 14, fifteen = 15, sixteen = 16, seventeen = 17, eighteen = 18,
  nineteen = 19,
}
local TENS = { twenty = 20, thirty = 30, forty = 40, fourty = 40, fifty = 50, sixty = 60, seventy = 70, eighty = 80,
  ninety = 90 }
local SCALES = { thousand = 1000, million = 1000000 }
local ALONE = { dozen = 12, couple = 2 }
local ORDINALS = {
  first = 1, second = 2, third = 3, fourth = 4, fifth = 5, sixth = 6, seventh = 7, eighth = 8, ninth = 9, tenth = 10,
  eleventh = 11, twelfth = 12, thirteenth = 13, fourteenth = 14, fifteenth = 15, sixteenth = 16, seventeenth = 17,
  eighteenth = 18, nineteenth = 19, twentieth = 20, thirtieth = 30, fortieth = 40, fiftieth = 50, sixtieth = 60,
  seventieth = 70, eightieth = 80, ninetieth = 90, hundredth = 100,
}
local LONGEST = 2000 -- bytes; longer texts are stories, and their end is not looked at

-- Adds the parts of a run of letters, digits, ":", "/" and "-": "7pm" is two, "7:30" and "2026-03-03" are one.
local function add_parts(tokens, run)
  run = run:gsub("^[:/%-]+", ""):gsub("[:/%-]+$", "")
  if run:find("^%d+%-%d+%-%d+$") or run:find("^%d+/%d+$") or run:find("^%d+/%d+/%d+$") then
    tokens[#tokens + 1] = run
    return
  end
  for part in run:gmatch("[^/%-]+") do
    local clock, half = part:match("^(%d+:%d%d)([ap]m)$")
    local number, word = part:match("^(%d+)(%a+)$")
    if clock then
      tokens[#tokens + 1], tokens[#tokens + 2] = clock, half
    elseif number and (word == "am" or word == "pm" or word == "oclock") then
      tokens[#tokens + 1], tokens[#tokens + 2] = number, word
    elseif part ~= "" then
      tokens[#tokens + 1] = part
    end
  end
end

--- The words of a text, in lower case: "7 p.m." is "7", "pm".
function numbers.tokens(text)
  local tokens = {}
  text = text:sub(1, LONGEST):lower():gsub("'", ""):gsub("’", "")
  text = text:gsub("%f[%w]([ap])%.%s?m%f[%W]%.?", "%1m"):gsub("(%d)%s([ap])%s?m%f[%W]", "%1 %2m")
  text = text:gsub("(%d)([ap])%.%s?m%f[%W]%.?", "%1%2m"):gsub("(%d),(%d%d%d)%f[%D]", "%1%2")
  text = text:gsub("(%d)%.(%d%d)%f[%D]", "%1:%2")
  for run in text:gmatch("[%w\128-\255:/%-]+") do add_parts(tokens, run) end
  return tokens
end

-- Whether a word goes on with a number: "and" is part of one only between two such.
local function is_number_word(word)
  return word and (UNITS[word] or TENS[word])
end

--- The number that begins at a word; nil if none does. Then the place of the word after it.
function numbers.at(tokens, i)
  local word = tokens[i]
  if not word then return nil end
  if word:find("^%d+$") and #word < 16 then return tonumber(word), i + 1 end
  if word == "a" or word == "an" then
    local after = tokens[i + 1]
    if ALONE[after] then return ALONE[after], i + 2 + (tokens[i + 2] == "of" and 1 or 0) end
    if after ~= "hundred" and not SCALES[after] then return nil end
    i = i + 1
  elseif ALONE[word] then
    return ALONE[word], i + 1
  end
  local total, current, last = 0, 0, nil
  while true do
    word = tokens[i]
    local unit, ten = UNITS[word], TENS[word]
    if unit and (last == nil or last == "hundred" or last == "scale" or last == "ten" and unit > 0 and unit < 10) then
      current, last = current + unit, "unit"
    elseif ten and (last == nil or last == "hundred" or last == "scale") then
      current, last = current + ten, "ten"
    elseif word == "hundred" and (last ~= "hundred" and current < 100) then
      current, last = math.max(current, 1) * 100, "hundred"
    elseif SCALES[word] and last ~= "scale" then
      total, current, last = total + math.max(current, 1) * SCALES[word], 0, "scale"
    elseif not (word == "and" and (last == "hundred" or last == "scale") and is_number_word(tokens[i + 1])) then
      break
    end
    i = i + 1
  end
  if not last then return nil end
  return total + current, i
end

--- The ordinal that begins at a word, as "third", "twenty first" and "3rd"; nil if none does. Then the place after it.
function numbers.ordinal_at(tokens, i)
  local word = tokens[i]
  if not word then return nil end
  local digits, ending = word:match("^(%d%d?%d?)(%a%a)$")
  if digits and (ending == "st" or ending == "nd" or ending == "rd" or ending == "th") then
    return tonumber(digits), i + 1
  end
  local after = ORDINALS[tokens[i + 1]]
  if TENS[word] and after and after < 10 then return TENS[word] + after, i + 2 end
  if ORDINALS[word] then return ORDINALS[word], i + 1 end
end

local SAID_TWICE = { double = 2, triple = 3 }

--- The digits that are said one by one: "five five five oh one double two".
function numbers.digits(tokens)
  local out, times = {}, 1
  for _, word in ipairs(tokens) do
    local value = (word == "oh" or word == "o") and 0 or UNITS[word] or TENS[word]
    if SAID_TWICE[word] then
      times = SAID_TWICE[word]
    else
      local digits = word:find("^%d+$") and word or value and tostring(value)
      if digits then out[#out + 1] = digits:rep(times) end
      times = 1
    end
  end
  return table.concat(out)
end

local names = {}
for word, value in pairs(UNITS) do names[value] = word end
for word, value in pairs(TENS) do
  if word ~= "fourty" then names[value] = word end
end
local ordinal_names = {}
for word, value in pairs(ORDINALS) do ordinal_names[value] = word end

local function below_thousand(number)
  local parts = {}
  if number >= 100 then
    parts[1] = names[math.floor(number / 100)] .. " hundred"
    number = number % 100
  end
  if number > 0 then
    local name = names[number] or names[number - number % 10] .. " " .. names[number % 10]
    parts[#parts + 1] = name
  end
  return table.concat(parts, " ")
end

--- A whole number as it is said.
function numbers.say(number)
  if number < 0 then return "minus " .. numbers.say(-number) end
  if number == 0 then return "zero" end
  if number >= 1e9 then return ("%.0f"):format(number) end
  local parts = {}
  for _, scale in ipairs { { 1000000, "million" }, { 1000, "thousand" } } do
    local count = math.floor(number / scale[1])
    if count > 0 then parts[#parts + 1] = below_thousand(count) .. " " .. scale[2] end
    number = number % scale[1]
  end
  if number > 0 then parts[#parts + 1] = below_thousand(number) end
  return table.concat(parts, " ")
end

--- "third", "twenty first".
function numbers.say_ordinal(number)
  local rest = number % 100
  local tail = ordinal_names[rest] or rest > 20 and rest % 10 > 0 and ordinal_names[rest % 10]
  if number == 100 or not tail then return numbers.say(number) .. "th" end
  if ordinal_names[rest] then
    return number > 100 and numbers.say(number - rest) .. " " .. tail or tail
  end
  return numbers.say(number - rest % 10) .. " " .. tail
end

return numbers
