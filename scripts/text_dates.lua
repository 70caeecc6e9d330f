-- The day that somebody means, in English. `read` is text_numbers.lua; what a day is made of is taken out of `tokens` by
-- setting it to "", so that its numbers are not taken for times.
return function(read)
  local dates = {}

  local WEEKDAYS = { sunday = 1, monday = 2, tuesday = 3, wednesday = 4, thursday = 5, friday = 6, saturday = 7,
    sun = 1, mon = 2, tue = 3, tues = 3, wed = 4, thu = 5, thur = 5, thurs = 5, fri = 6, sat = 7 }
  local MONTHS = { january = 1, february = 2, march = 3, april = 4, may = 5, june = 6, july = 7, august = 8, september = 9,
    october = 10, november = 11, december = 12, jan = 1, feb = 2, mar = 3, apr = 4, jun = 6, jul = 7, aug = 8, sep = 9,
    sept = 9, oct = 10, nov = 11, dec = 12 }
  -- Days that have a name. The longer names come first.
  local FEASTS = {
    { "christmas eve", 12, 24 }, { "christmas", 12, 25 }, { "new years eve", 12, 31 }, { "new years day", 1, 1 },
    { "new years", 1, 1 }, { "valentines day", 2, 14 }, { "halloween", 10, 31 },
  }

  local function take(tokens, from, to)
    for i = from, to do tokens[i] = "" end
  end

  local function date_after(clock, date, days)
    local noon = clock:moment { year = date.year, month = date.month, day = date.day + days }
    local time = clock:local_time(noon)
    return { year = time.year, month = time.month, day = time.day, wday = time.wday }
  end

  -- A date that is in the calendar; nil for February 30.
  local function existing(clock, year, month, day)
    if month < 1 or month > 12 or day < 1 or day > 31 or year < 1000 or year > 9000 then return nil end
    local date = date_after(clock, { year = year, month = month, day = day }, 0)
    if date.month == month and date.day == day then return date end
  end

  local function is_before(a, b)
    if a.year ~= b.year then return a.year < b.year end
    if a.month ~= b.month then return a.month < b.month end
    return a.day < b.day
  end

  -- The next of that day and month that is not over; February 29 waits for its year.
  local function coming(clock, today, month, day)
    for year = today.year, today.year + 8 do
      local date = existing(clock, year, month, day)
      if date and not is_before(date, today) then return date end
    end
  end

  -- A year after a date: "2027", "twenty twenty seven", "two thousand twenty seven".
  local function year_at(tokens, i)
    local value, after = read.at(tokens, i)
    if not value then return nil end
    if value >= 2000 and value < 2200 then return value, after end
    local rest, last = read.at(tokens, after)
    if (value == 20 or value == 21) and rest and rest >= 10 and rest < 100 and not (tokens[i] or ""):find("%d") then
      return value * 100 + rest, last
    end
  end

  -- The number of a day: an ordinal, or a plain number.
  local function day_at(tokens, i)
    local day, after = read.ordinal_at(tokens, i)
    if not day then day, after = read.at(tokens, i) end
    if day and day >= 1 and day <= 31 and (tokens[i] == "" or not tokens[i]:find("^%d%d%d")) then return day, after end
  end

  local function with_year(clock, today, tokens, month, day, after)
    local from = tokens[after] == "in" and after + 1 or after
    local year, last = year_at(tokens, from)
    if year then return existing(clock, year, month, day), last end
    return coming(clock, today, month, day), after
  end

  local forms = {}

  -- "2026-03-03", "3/14", "3/14/2026"
  function forms.in_digits(clock, today, tokens, i, options)
    local year, month, day = tokens[i]:match("^(%d%d%d%d)%-(%d%d?)%-(%d%d?)$")
    if not year then
      month, day, year = tokens[i]:match("^(%d%d?)/(%d%d?)/?(%d*)$")
      if not month then return nil end
      if options.day_first then month, day = day, month end
      if #year == 2 then year = "20" .. year end
    end
    month, day, year = tonumber(month), tonumber(day), tonumber(year)
    local date
    if year then date = existing(clock, year, month, day) else date = coming(clock, today, month, day) end
    return date, i + 1
  end

  -- "the third of May", "3 May", "third May 2027"
  function forms.day_and_month(clock, today, tokens, i)
    local day, after = day_at(tokens, i)
    if not day then return nil end
    if tokens[after] == "of" then after = after + 1 end
    local month = MONTHS[tokens[after]]
    if month then return with_year(clock, today, tokens, month, day, after + 1) end
  end

  -- "May 3", "May the third"
  function forms.month_and_day(clock, today, tokens, i)
    local month = MONTHS[tokens[i]]
    if not month then return nil end
    local day, after = day_at(tokens, i + (tokens[i + 1] == "the" and 2 or 1))
    if day then return with_year(clock, today, tokens, month, day, after) end
  end

  -- "today", "tomorrow", "the day after tomorrow", "tomorrow week"
  function forms.near(clock, today, tokens, i)
    local word = tokens[i]
    if word == "day" and tokens[i + 1] == "after" and tokens[i + 2] == "tomorrow" then
      return date_after(clock, today, 2), i + 3
    end
    local days = (word == "today" or word == "tonight") and 0 or word == "tomorrow" and 1 or word == "yesterday" and -1
    if word == "this" then
      local part = tokens[i + 1]
      if part == "morning" or part == "afternoon" or part == "evening" then return date_after(clock, today, 0), i + 1 end
    end
    if not days then return nil end
    if tokens[i + 1] == "week" then return date_after(clock, today, days + 7), i + 2 end
    return date_after(clock, today, days), word == "tonight" and i or i + 1
  end

  local STEPS = { day = 1, days = 1, week = 7, weeks = 7 }

  -- "in three days", "in a week", "two weeks from now", "a week from Friday", "a week on Friday"
  function forms.ahead(clock, today, tokens, i)
    local from = tokens[i] == "in" and i + 1 or i
    local count, after = read.at(tokens, from)
    if not count and (tokens[from] == "a" or tokens[from] == "one") then count, after = 1, from + 1 end
    local step = count and STEPS[tokens[after]]
    if not step or count > 1000 then return nil end
    local joint = tokens[after + 1]
    if joint == "from" or joint == "on" then
      local next_word = tokens[after + 2]
      if next_word == "now" then return date_after(clock, today, count * step), after + 3 end
      local base, last = forms.near(clock, today, tokens, after + 2)
      if not base then base, last = forms.weekday(clock, today, tokens, after + 2) end
      if base then return date_after(clock, base, count * step), last end
    end
    if from > i then return date_after(clock, today, count * step), after + 1 + (joint == "time" and 1 or 0) end
  end

  -- "Friday", "this Friday", "next Friday", "Friday next week", "next week on Friday", "Friday week"
  function forms.weekday(clock, today, tokens, i)
    local which, from = nil, i
    if tokens[i] == "this" or tokens[i] == "coming" or tokens[i] == "next" then which, from = tokens[i], i + 1 end
    if which == "next" and tokens[from] == "week" then
      from = tokens[from + 1] == "on" and from + 2 or from + 1
    end
    local weekday = WEEKDAYS[tokens[from]]
    if not weekday then return nil end
    local after = from + 1
    if tokens[after] == "next" and tokens[after + 1] == "week" then which, after = "next", after + 2 end
    -- Weeks begin on Monday: "next Friday" is the one of the week that comes, said on any day of this one.
    if which == "next" then
      local to_monday = 7 - (today.wday - 2) % 7
      return date_after(clock, today, to_monday + (weekday - 2) % 7), after
    end
    local days = (weekday - today.wday) % 7
    if days == 0 and which ~= "this" then days = 7 end
    if tokens[after] == "week" then days, after = days + 7, after + 1 end
    return date_after(clock, today, days), after
  end

  function forms.feast(clock, today, tokens, i)
    for _, feast in ipairs(FEASTS) do
      local at, fits = i, true
      for word in feast[1]:gmatch("%S+") do
        fits, at = fits and tokens[at] == word, at + 1
      end
      if fits then return coming(clock, today, feast[2], feast[3]), at + (tokens[at] == "day" and 1 or 0) end
    end
  end

  -- "on the third", or nothing but "the third": of this month or the next one that has it.
  function forms.day_of_month(clock, today, tokens, i)
    if tokens[i] ~= "the" then return nil end
    local day, after = read.ordinal_at(tokens, i + 1)
    if not day or day > 31 then return nil end
    local said_on = tokens[i - 1] == "on" or tokens[i - 1] == "for"
    if not said_on and not (i == 1 and (tokens[after] == nil or tokens[after] == "at")) then return nil end
    for month = today.month, today.month + 12 do
      local year = today.year + math.floor((month - 1) / 12)
      local date = existing(clock, year, (month - 1) % 12 + 1, day)
      if date and not is_before(date, today) then return date, after end
    end
  end

  -- What says more comes first: "a week from Friday" before "Friday".
  local ORDER = { "in_digits", "day_and_month", "month_and_day", "ahead", "feast", "near", "weekday", "day_of_month" }

  --- The date that a text names, and takes its words out of `tokens`; nil if it names none, or one that does not exist.
  function dates.find(clock, now, tokens, options)
    local today = clock:local_time(now)
    for _, form in ipairs(ORDER) do
      for i = 1, #tokens do
        local date, after = forms[form](clock, today, tokens, i, options)
        if date then
          take(tokens, i, after - 1)
          return { year = date.year, month = date.month, day = date.day }
        end
        -- February 30 is a date, and no other one is meant.
        if after then return nil end
      end
    end
  end

  return dates
end
