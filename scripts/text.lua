---@meta text
--- Numbers, days and times as people say them, in English, both ways: "half past five", "the third of May", "next
--- Friday", "twenty two".
---
--- What a day and a time are depends on the house: `opening` gives its time zone, and says which seven is meant where
--- nobody said morning or evening: the one at which it is open. Who corrects themselves ("at seven, sorry, eight") means
--- what comes last. Read back what was understood before you book it.
---
--- ```lua
--- -- flows/tables/flow.lua
--- local hours = require "hours"
--- local text = require "text"
---
--- local opening = hours.weekly { zone = "America/New_York", week = { friday = "17:00-23:00", saturday = "17:00-23:00" } }
---
--- return {
---   on_call = function(call)
---     local answer = call:gather { say = "When would you like to come?", speech = true }
---     local at = answer and text.moment(answer.speech, { opening = opening })
---     if at then call:say("You would like to come " .. opening:say_time(at) .. ".") end
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/tables/flow_test.lua
--- local it = test.flow("tables", { at = "2026-03-02 12:00", zone = "America/New_York" })
---
--- it("understands a day and a time", function(caller)
---   caller:hears("When would you like to come?")
---   caller:says("A table for four on Friday, at half past seven please")
---   caller:hears("You would like to come on Friday at seven thirty in the evening.")
--- end)
--- ```
local engine = ...
local hours = require "hours"
local numbers = engine.part("text_numbers")
local dates = engine.part("text_dates")(numbers)
local times = engine.part("text_times")(numbers)

---@class text
local text = {}

--- What days and times are understood by.
---@class TextDateOptions
---@field opening? Opening|WeeklyOptions The house's hours; they give the time zone, too.
---@field zone? string The time zone, where there are no hours: "America/New_York".
---@field now? number What "today" is counted from. [default now]
---@field date? LocalDate The day that is meant where the text names none.
---@field day_first? boolean Whether "3/4" is April 3, as outside of the United States. [default false]
---@field prefer? "am"|"pm" Which half of the day is meant where neither the text nor the hours say it.
---@needs opening or zone

--- A day of the house's own calendar.
---@class LocalDate
---@field year integer 2026
---@field month integer From 1 to 12.
---@field day integer From 1 to 31.

--- A time of day.
---@class ClockTime
---@field hour integer From 0 to 23; from 24 on it is in the night after the day.
---@field min integer From 0 to 59.

local function clock_of(verb, options)
  engine.check(verb, "TextDateOptions", options)
  if options.opening then return hours.weekly(options.opening), true end
  return hours.weekly { zone = options.zone, week = {} }, false
end

local CORRECTS = { sorry = true, rather = true }

-- What is found behind "sorry" or "I mean", if anything is: "at seven, sorry, eight" means eight.
local function corrected(tokens, find)
  for i = #tokens, 1, -1 do
    if CORRECTS[tokens[i]] or tokens[i] == "mean" and tokens[i - 1] == "i" then
      local behind = {}
      for j = i + 1, #tokens do behind[#behind + 1] = tokens[j] end
      local found = find(behind)
      if found then
        for j, word in ipairs(behind) do tokens[i + j] = word end -- a day that was found is taken out of them
        return found
      end
    end
  end
  return find(tokens)
end

local function date_in(tokens, clock, now, options)
  local date = corrected(tokens, function(part) return dates.find(clock, now, part, options) end)
  if date then dates.find(clock, now, tokens, options) end -- the one that was corrected is no time either
  return date
end

local function time_in(tokens, opening, date, options)
  return corrected(tokens, function(part) return times.find(part, opening, date, options.prefer) end)
end

--- Gives the first number in a text.
---
--- ```lua
--- text.number("for twenty-two people")           --> 22
--- text.number("one hundred and five dollars")    --> 105
--- text.number("1,250")                           --> 1250
--- text.number("a couple of tickets")             --> 2
--- ```
---@param said string
---@return integer?
function text.number(said)
  local tokens = numbers.tokens(said)
  for i = 1, #tokens do
    local number = numbers.at(tokens, i)
    if number then return number end
  end
  return nil
end

--- Gives the first ordinal in a text.
---
--- ```lua
--- text.ordinal("the twenty first")  --> 21
--- text.ordinal("my 3rd visit")      --> 3
--- ```
---@param said string
---@return integer?
function text.ordinal(said)
  local tokens = numbers.tokens(said)
  for i = 1, #tokens do
    local number = numbers.ordinal_at(tokens, i)
    if number then return number end
  end
  return nil
end

--- Gives the digits that are said one by one, as of a phone number or a code.
---
--- ```lua
--- text.digits("five five five, oh one double two")  --> "5550122"
--- ```
---@param said string
---@return string digits Empty where there are none.
function text.digits(said)
  return numbers.digits(numbers.tokens(said))
end

--- Gives the day that a text names: "tomorrow", "the day after tomorrow", "Friday", "this Friday", "next Friday", "in two
--- weeks", "a week from Friday", "the third of May", "May 3rd, 2027", "on the 15th", "3/14", "2026-03-03", "Christmas Eve".
---
--- "Friday" is the next one, a week ahead where today is Friday. "Next Friday" is the one of next week, weeks beginning on
--- Monday. A day without a year is the next that is not over: February 29 waits for a leap year.
---
--- ```lua
--- local date = text.date("the third of May", { zone = "America/New_York" })
--- log("they come in", { month = date.month, day = date.day })
--- ```
---@param said string
---@param options TextDateOptions
---@return LocalDate? date nil where it names none, or one that does not exist, such as February 30.
function text.date(said, options)
  local clock = clock_of("text.date", options)
  return date_in(numbers.tokens(said), clock, options.now or os.time(), options)
end

--- Gives the time of day that a text names: "half past five", "quarter to six", "seven thirty", "7:30 pm", "19:30",
--- "seven in the evening", "noon", "midnight", "nine at night".
---
--- Where neither morning nor evening is said, it is the one at which the house is open on `date`; without hours, from
--- eight to noon it is the morning, else the afternoon or the evening. Midnight is the end of the day.
---
--- ```lua
--- local time = text.time("half past five", { zone = "America/New_York" })
--- log("they come at", { hour = time.hour, minute = time.min })  --> 17, 30
--- ```
---@param said string
---@param options TextDateOptions
---@return ClockTime? time
function text.time(said, options)
  local clock, opens = clock_of("text.time", options)
  local tokens, now = numbers.tokens(said), options.now or os.time()
  local date = date_in(tokens, clock, now, options) or options.date or clock:local_time(now)
  return time_in(tokens, opens and clock, date, options)
end

--- Gives the moment that a text names: a day and a time of it, or "in half an hour". A time without a day is that of
--- `date`, else the next one.
---
--- ```lua
--- local at, reason = text.moment("tomorrow at seven", { opening = opening })
--- if reason == "no_time" then call:say("At what time?") end
--- ```
---@param said string
---@param options TextDateOptions
---@return number? at As `os.time()` counts.
---@return "no_time"|"nothing"|nil reason "no_time": it names only a day.
---@return LocalDate? date The day that is named, also where there is no time.
function text.moment(said, options)
  local clock, opens = clock_of("text.moment", options)
  local tokens, now = numbers.tokens(said), options.now or os.time()
  local ahead = times.ahead(tokens)
  if ahead then return now + ahead end
  local date = date_in(tokens, clock, now, options)
  local known = date or options.date
  local time = time_in(tokens, opens and clock, known or clock:local_time(now), options)
  if not time then return nil, date and "no_time" or "nothing", date end

  local day = known or clock:local_time(now)
  local function at_of(days)
    return clock:moment { year = day.year, month = day.month, day = day.day + days, hour = time.hour, min = time.min }
  end
  local at = at_of(0)
  if known or at > now then return at, nil, date end
  local tomorrow = { year = day.year, month = day.month, day = day.day + 1 }
  time = time_in(tokens, opens and clock, tomorrow, options)
  return at_of(1), nil, date
end

--- Gives a whole number as it is said: 105 is "one hundred five".
---@param number integer
---@return string
function text.say_number(number)
  return numbers.say(number)
end

--- Gives an ordinal: 21 is "twenty first".
---@param number integer
---@return string
function text.say_ordinal(number)
  return numbers.say_ordinal(number)
end

--- Gives digits one by one, with a short stop where there is a space, a dash or a bracket: "+1 555 01" is "plus one, five
--- five five, zero one".
---@param digits string
---@return string
function text.say_digits(digits)
  local groups = {}
  for group in digits:gsub("%+", " + "):gmatch("[%d%+]+") do
    local said = group:gsub("%+", "plus"):gsub("%d", function(digit) return numbers.say(tonumber(digit)) .. " " end)
    groups[#groups + 1] = (said:gsub(" $", ""))
  end
  return (table.concat(groups, ", "):gsub("plus, ", "plus "))
end

local WEEKDAYS = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }
local MONTHS = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December" }

--- Gives a day as it is said: "Sunday, May third", with the year where that is another. For "tomorrow" and "on Friday"
--- there is `opening:say_day`.
---
--- ```lua
--- text.say_date({ year = 2026, month = 5, day = 3 }, { zone = "America/New_York" })  --> "Sunday, May third"
--- ```
---@param date LocalDate|number A day, or a moment of it.
---@param options TextDateOptions
---@return string
function text.say_date(date, options)
  local clock = clock_of("text.say_date", options)
  local at = date
  if type(date) == "table" then at = clock:moment { year = date.year, month = date.month, day = date.day } end
  local day, today = clock:local_time(at), clock:local_time(options.now)
  local said = ("%s, %s %s"):format(WEEKDAYS[day.wday], MONTHS[day.month], numbers.say_ordinal(day.day))
  if day.year == today.year then return said end
  return ("%s, %s"):format(said, numbers.say(day.year))
end

--- Gives a time of day as it is said: "five thirty in the afternoon".
---@param time ClockTime
---@return string
function text.say_time(time)
  local utc = hours.weekly { zone = "UTC", week = {} }
  return utc:say_clock(time.hour * 3600 + time.min * 60)
end

return text
