---@meta hours
--- Opening hours: a week with several spans a day, over midnight if need be, with holidays, in the business's own time
--- zone.
---
--- ```lua
--- local hours = require "hours"
---
--- local opening = hours.weekly {
---   zone = "America/New_York",
---   week = {
---     tuesday  = "11:30-14:30, 17:00-22:00",
---     friday   = "17:00-02:00",
---     saturday = "17:00-02:00",
---   },
---   holidays = { ["12-25"] = "closed", ["2026-12-31"] = "17:00-01:00" },
--- }
---
--- return {
---   on_call = function(call)
---     if not opening:is_open() then
---       call:say("We are closed. We open again " .. opening:say_time(opening:next_opening()) .. ".")
---     end
---   end,
--- }
--- ```
local engine = ...

---@class hours
local hours = {}

local DAY = 24 * 60 * 60
local weekdays = { "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" }
local months = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December" }

--- A week's opening hours. A day that is not named is closed.
---@class Week
---@field monday? string Spans with commas between them: "9:00-17:00", "9 am-1 pm, 2 pm-5 pm", "closed".
---@field tuesday? string The same for Tuesday.
---@field wednesday? string The same for Wednesday.
---@field thursday? string The same for Thursday.
---@field friday? string A span that ends earlier than it starts ends on the next day: "17:00-02:00".
---@field saturday? string The same for Saturday.
---@field sunday? string The same for Sunday.

---@class WeeklyOptions
---@field zone string Time zone, as continent and city: "America/New_York".
---@field week Week When it is open on which day.
---@field holidays? table<string, string> Other hours for a date: `["2026-12-24"]`, or `["12-25"]` for every year.

--- Opening hours, as `hours.weekly` makes them. Times are what `os.time()` counts.
---@class Opening
---@field zone string Time zone of these hours.
---@field week? table<string, table[]> What it was made of.
---@field holidays? table<string, table[]> What it was made of.
local Opening = {}
Opening.__index = Opening

--- When a business opens and closes.
---@class HoursSpan
---@field opens number When it opens, as `os.time()` counts.
---@field closes number When it closes.

-- "9", "9:30", "09:30", "9 am", "5:30 pm" → minutes since midnight.
local function minutes_of(clock)
  local hour, minute, half = clock:match("^%s*(%d%d?):?(%d?%d?)%s*([ap]?)%.?m?%.?%s*$")
  hour, minute = tonumber(hour), tonumber(minute == "" and "0" or minute)
  if not hour or not minute or minute > 59 or hour > 24 then return nil end
  if half ~= "" then
    if hour < 1 or hour > 12 then return nil end
    hour = hour % 12 + (half == "p" and 12 or 0)
  end
  if hour == 24 and minute > 0 then return nil end
  return hour * 60 + minute
end

-- "9:00-12:00, 14:00-17:00" → a list of spans in minutes since midnight; nil if it is not understood.
local function spans_of(text)
  local spans = {}
  if type(text) ~= "string" then return nil end
  text = text:lower():gsub("–", "-")
  if text:match("^%s*closed%s*$") then return spans end
  for part in (text .. ","):gmatch("([^,]*),") do
    local from, to = part:match("^([^-]+)%-([^-]+)$")
    local opens, closes = from and minutes_of(from), to and minutes_of(to)
    if not opens or not closes then return nil end
    if closes <= opens then closes = closes + 24 * 60 end
    spans[#spans + 1] = { opens = opens, closes = closes }
  end
  return spans
end

local function not_understood(key, text)
  return ('hours: %s = "%s" is not understood; write "9:00-17:00", several spans with commas between them, or "closed"')
    :format(key, tostring(text))
end

--- Makes opening hours. What is not understood raises an error, when the flow is loaded and not when somebody calls.
--- Opening hours themselves are given back as they are.
---@param options WeeklyOptions|Opening
---@return Opening
function hours.weekly(options)
  if getmetatable(options) == Opening then return options end
  engine.check("hours.weekly", "WeeklyOptions", options)
  engine.zone_time(0, options.zone) -- raises for an unknown zone
  local self = { zone = options.zone, week = {}, holidays = {} }
  for day, text in pairs(options.week) do
    self.week[day] = spans_of(text) or error(not_understood(day, text), 2)
  end
  for date, text in pairs(options.holidays or {}) do
    if not (date:match("^%d%d%d%d%-%d%d%-%d%d$") or date:match("^%d%d%-%d%d$")) then
      error(('hours: the holiday "%s" is not a date; write "2026-12-24", or "12-24" for every year'):format(date), 2)
    end
    self.holidays[date] = spans_of(text) or error(not_understood(date, text), 2)
  end
  return setmetatable(self, Opening)
end

--- Gives the local date and time, as `os.date("*t")` would.
---@param at? number [default now]
---@return {year: integer, month: integer, day: integer, hour: integer, min: integer, wday: integer}
function Opening:local_time(at)
  return engine.zone_time(at or os.time(), self.zone)
end

--- Gives the moment of a local date and time.
---@param fields {year: integer, month: integer, day: integer, hour?: integer, min?: integer} Hour 12 if not given.
---@return number
function Opening:moment(fields)
  return engine.zone_epoch(fields, self.zone)
end

-- The spans of the local day that is `days` after a local date.
local function spans_on(self, date, days)
  local noon = self:moment { year = date.year, month = date.month, day = date.day + days, hour = 12 }
  local day = self:local_time(noon)
  local this_year = ("%02d-%02d"):format(day.month, day.day)
  local planned = self.holidays[("%04d-%s"):format(day.year, this_year)] or self.holidays[this_year]
    or self.week[weekdays[day.wday]] or {}
  local spans = {}
  for i, span in ipairs(planned) do
    local function moment(minutes)
      return self:moment { year = day.year, month = day.month, day = day.day, hour = 0, min = minutes }
    end
    spans[i] = { opens = moment(span.opens), closes = moment(span.closes) }
  end
  return spans
end

--- Gives the spans of a day, in order. What began the evening before is not among them.
---@param at? number Any moment of the day. [default now]
---@return HoursSpan[]
function Opening:spans(at)
  return spans_on(self, self:local_time(at), 0)
end

--- Whether it is open, and until when.
---
--- ```lua
--- local open, closes = opening:is_open()
--- if open then call:say("We are open until " .. opening:say_time(closes) .. ".") end
--- ```
---@param at? number [default now]
---@return boolean open
---@return number? closes
function Opening:is_open(at)
  at = at or os.time()
  local date = self:local_time(at)
  for days = -1, 0 do
    for _, span in ipairs(spans_on(self, date, days)) do
      if span.opens <= at and at < span.closes then return true, span.closes end
    end
  end
  return false
end

--- Gives the next time it opens; nil if it does not within a year.
---@param at? number [default now]
---@return number?
function Opening:next_opening(at)
  at = at or os.time()
  local date = self:local_time(at)
  for days = 0, 366 do
    local next_one
    for _, span in ipairs(spans_on(self, date, days)) do
      if span.opens > at and not (next_one and next_one <= span.opens) then next_one = span.opens end
    end
    if next_one then return next_one end
  end
  return nil
end

local units = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
  "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen" }
local tens = { [2] = "twenty", [3] = "thirty", [4] = "forty", [5] = "fifty" }

local function say_minutes(minutes)
  if minutes == 0 then return "" end
  if minutes < 10 then return " oh " .. units[minutes] end
  if minutes < 20 then return " " .. units[minutes] end
  local unit = units[minutes % 10]
  return " " .. tens[math.floor(minutes / 10)] .. (unit and " " .. unit or "")
end

local function say_clock(time)
  if time.min == 0 and time.hour == 0 then return "midnight" end
  if time.min == 0 and time.hour == 12 then return "noon" end
  local text = units[(time.hour + 11) % 12 + 1] .. say_minutes(time.min)
  if time.hour < 4 then return text .. " at night" end
  if time.hour < 12 then return text .. (time.hour < 6 and " in the morning" or "") end
  if time.hour < 18 then return text .. " in the afternoon" end
  return text .. (time.hour < 22 and " in the evening" or " at night")
end

-- How many days lie between two local dates: counted at noon, where no clock change reaches.
local function days_between(self, from, to)
  local function noon(date) return self:moment { year = date.year, month = date.month, day = date.day, hour = 12 } end
  return math.floor((noon(to) - noon(from)) / DAY + 0.5)
end

local function capital(word)
  return (word:gsub("^%l", string.upper))
end

--- Gives a day as people say it: "today", "tomorrow", "on Friday", "on Monday, April 6".
---@param at number
---@param now? number [default now]
---@return string
function Opening:say_day(at, now)
  local day, today = self:local_time(at), self:local_time(now)
  local days = days_between(self, today, day)
  if days == 0 then return "today" end
  if days == 1 then return "tomorrow" end
  local name = "on " .. capital(weekdays[day.wday])
  if days > 1 and days < 7 then return name end
  return ("%s, %s %d"):format(name, months[day.month], day.day)
end

--- Gives the time of day as people say it: "nine", "noon", "five thirty in the afternoon".
---@param at number
---@return string
function Opening:say_clock(at)
  return say_clock(self:local_time(at))
end

--- Gives a time as people say it: "tomorrow at nine", "on Friday at noon"; "six in the evening" for one of today.
---@param at number
---@param now? number [default now]
---@return string
function Opening:say_time(at, now)
  local clock, day = say_clock(self:local_time(at)), self:say_day(at, now)
  if day == "today" then return clock end
  return day .. " at " .. clock
end

--- Gives a day's hours as people say them: "from nine to noon and from two in the afternoon to six in the evening".
---
--- ```lua
--- call:say("Today we are open " .. (opening:say_hours() or "not at all") .. ".")
--- ```
---@param at? number Any moment of the day. [default now]
---@return string? text nil for a day on which it is closed.
function Opening:say_hours(at)
  local parts = {}
  for i, span in ipairs(self:spans(at)) do
    local opens, closes = say_clock(self:local_time(span.opens)), say_clock(self:local_time(span.closes))
    if opens == "midnight" and closes == "midnight" then return "all day" end
    parts[i] = ("from %s to %s"):format(opens, closes)
  end
  return #parts > 0 and table.concat(parts, " and ") or nil
end

return hours
