-- The time of day that somebody means, in English. `read` is text_numbers.lua.
return function(read)
  local times = {}

  local BEFORE = { at = true, around = true, about = true, by = true, say = true, from = true, after = true, before = true }
  local FILLERS = { please = true, maybe = true, um = true, uh = true, well = true, on = true, the = true, i = true, id = true,
    like = true, lets = true, make = true, it = true, [""] = true, ["for"] = true, ok = true, yes = true, ["then"] = true,
    sharp = true, exactly = true }
  local QUARTERS = { quarter = 15, half = 30 }

  local PARTS = { morning = "am", afternoon = "pm", evening = "pm", tonight = "pm" }

  -- "am", "pm" or "night", wherever it is said. "Good morning" and "I am" say nothing of the time.
  local function half_of_day(tokens)
    local half
    for i, word in ipairs(tokens) do
      local before = tokens[i - 1] or ""
      if before ~= "good" then half = PARTS[word] or half end
      if word == "pm" then half = "pm" end
      if word == "am" and (before:find("^%d") or before == "oclock" or read.at(tokens, i - 1)) then half = "am" end
      if word == "night" and (before == "at" or before == "") and i > 1 and not half then half = "night" end
    end
    return half
  end

  local function good_hour(hour) return hour and hour >= 0 and hour <= 24 and hour % 1 == 0 end

  -- Minutes after an hour: "thirty", "oh five", "30", "05".
  local function minutes_at(tokens, i)
    local word = tokens[i]
    if word == "oh" or word == "o" or word == "zero" then
      local unit, after = read.at(tokens, i + 1)
      if unit and unit > 0 and unit < 10 then return unit, after end
      return nil
    end
    local minutes, after = read.at(tokens, i)
    if not minutes or minutes > 59 or minutes < 10 and not (word or ""):find("^0%d$") then return nil end
    local counted = tokens[after]
    if counted == "people" or counted == "persons" or counted == "guests" or counted == "of" then return nil end
    return minutes, after
  end

  local forms = {}

  function forms.named(tokens, i)
    if tokens[i] == "noon" or tokens[i] == "midday" then return { hour = 12, min = 0, exact = true } end
    -- The midnight of a day is the one at its end.
    if tokens[i] == "midnight" then return { hour = 24, min = 0, exact = true } end
  end

  -- "7:30", "19:30"
  function forms.digital(tokens, i)
    local hour, minute = tokens[i]:match("^(%d%d?):(%d%d)$")
    if not hour or tonumber(minute) > 59 or not good_hour(tonumber(hour)) then return nil end
    return { hour = tonumber(hour), min = tonumber(minute), exact = hour:find("^0") ~= nil }
  end

  -- "half past five", "twenty to six", "ten minutes past seven", "half seven"
  function forms.past_or_to(tokens, i)
    if tokens[i - 1] == "from" then return nil end -- "from five to seven" is five
    local minutes, after = QUARTERS[tokens[i]], i + 1
    if not minutes then minutes, after = read.at(tokens, i) end
    if not minutes or minutes > 59 then return nil end
    if tokens[after] == "minutes" or tokens[after] == "minute" then after = after + 1 end
    local joint = tokens[after]
    if tokens[i] == "half" and joint ~= "past" then joint, after = "past", after - 1 end
    local past = joint == "past" or joint == "after"
    if not past and joint ~= "to" and joint ~= "till" and joint ~= "til" and joint ~= "before" then return nil end
    local hour = read.at(tokens, after + 1)
    local named = forms.named(tokens, after + 1)
    hour = named and named.hour or hour
    if not good_hour(hour) then return nil end
    if past then return { hour = hour, min = minutes, exact = named ~= nil } end
    return { hour = hour == 1 and 12 or hour - 1, min = 60 - minutes, exact = named ~= nil }
  end

  -- An hour, and minutes where they follow; "730" and "1930" as some recognisers write them.
  local function hour_at(tokens, i)
    local value, after = read.at(tokens, i)
    if not value then return nil end
    if tokens[i]:find("^%d%d%d%d?$") and value % 100 < 60 and value < 2400 then
      return { hour = math.floor(value / 100), min = value % 100, exact = tokens[i]:find("^0") ~= nil }, after
    end
    if not good_hour(value) then return nil end
    local minutes, last = minutes_at(tokens, after)
    local exact = tokens[i]:find("^0%d") ~= nil
    if minutes then return { hour = value, min = minutes, exact = exact }, last end
    return { hour = value, min = 0, exact = exact }, after
  end

  -- "seven thirty pm", "7 o'clock", "seven in the evening", "nine at night"
  function forms.marked(tokens, i)
    local time, after = hour_at(tokens, i)
    if not time then return nil end
    local word, second, third = tokens[after], tokens[after + 1], tokens[after + 2]
    if word == "oclock" or word == "am" or word == "pm" then return time end
    if word == "at" and second == "night" then return time end
    if word == "in" and second == "the" and (third == "morning" or third == "afternoon" or third == "evening") then
      return time
    end
    if word == "tonight" then return time end
    -- The day was between them, or "this".
    if (word == "" or word == "this") and (second == "morning" or second == "afternoon" or second == "evening") then
      return time
    end
  end

  -- "at seven"
  function forms.introduced(tokens, i)
    if not BEFORE[tokens[i]] then return nil end
    return (hour_at(tokens, i + 1))
  end

  -- Nothing but "seven", or "seven thirty please".
  function forms.alone(tokens, i)
    local time, after = hour_at(tokens, i)
    if not time then return nil end
    for j, word in ipairs(tokens) do
      local of_day = word == "morning" or word == "afternoon" or word == "evening" or word == "tonight"
        or word == "night" or word == "in" or word == "this" or word == "at"
      if (j < i or j >= after) and not FILLERS[word] and not of_day then return nil end
    end
    return time
  end

  local ORDER = { "past_or_to", "named", "digital", "marked", "introduced", "alone" }

  local function find(tokens)
    for _, form in ipairs(ORDER) do
      for i = 1, #tokens do
        local time = forms[form](tokens, i)
        if time then return time end
      end
    end
  end

  -- The hours that may be meant, the likeliest first.
  local function meanings(time, half)
    local hour = time.hour
    if time.exact or hour > 12 or hour == 0 then return { hour } end
    local am, pm = hour % 12, hour % 12 + 12
    if half == "am" then return { am } end
    if half == "pm" then return { pm } end
    -- Twelve at night is the end of the day, one at night is after it.
    if half == "night" then return hour == 12 and { 24 } or hour < 6 and { am + 24 } or { pm } end
    if hour == 12 then return { 12, 24 } end
    if hour < 8 then return { pm, am, am < 6 and am + 24 or nil } end
    return { am, pm }
  end

  -- Whether the house, once opened on that day, is open at an hour of it.
  local function is_open(opening, date, hour, minute)
    local noon = opening:moment { year = date.year, month = date.month, day = date.day }
    local at = opening:moment { year = date.year, month = date.month, day = date.day, hour = hour, min = minute }
    for _, span in ipairs(opening:spans(noon)) do
      if span.opens <= at and at < span.closes then return true end
    end
    return false
  end

  --- The time that a text names: { hour, min }, hour 24 and more for the night after the day; nil if it names none.
  --- Where neither morning nor evening was said, it is when the house is open on that day.
  function times.find(tokens, opening, date, prefer)
    local time = find(tokens)
    if not time then return nil end
    local hours = meanings(time, half_of_day(tokens))
    local other_first = prefer and #hours > 1 and hours[2] < 24 and (prefer == "am") ~= (hours[1] < 12)
    if other_first then hours[1], hours[2] = hours[2], hours[1] end
    local chosen
    for _, hour in ipairs(hours) do
      if not chosen and opening and is_open(opening, date, hour, time.min) then chosen = hour end
    end
    return { hour = chosen or hours[1], min = time.min }
  end

  local UNITS = { minute = 60, minutes = 60, hour = 3600, hours = 3600 }

  --- How many seconds ahead "in an hour" and "in 20 minutes" are; nil for other texts.
  function times.ahead(tokens)
    for i, word in ipairs(tokens) do
      if word == "now" or word == "right" and tokens[i + 1] == "away" then
        if tokens[i - 1] ~= "from" then return 0 end
      elseif word == "in" then
        local count, after = read.at(tokens, i + 1)
        if tokens[i + 1] == "half" and (tokens[i + 2] == "an" or tokens[i + 2] == "a") then
          count, after = 0.5, i + 3
        elseif not count and (tokens[i + 1] == "a" or tokens[i + 1] == "an") then
          count, after = 1, i + 2
        end
        local unit = count and UNITS[tokens[after]]
        if unit and count < 1000 then
          local more = tokens[after + 1] == "and" and tokens[after + 2] == "a" and tokens[after + 3] == "half"
          return (count + (more and 0.5 or 0)) * unit
        end
      end
    end
  end

  return times
end
