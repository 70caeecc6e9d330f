-- Takes reservations for a restaurant by keys and words, tells the hours, and puts callers through.
--
-- A line that begins with two hyphens is a note like this one. Words in "quotes" are what callers hear: change them.
local hours = require "hours"
local ivr = require "ivr"
local words = require "words"

-- When the house is open. A day may have two spans; what differs on a holiday stands below the week.
local opening = hours.weekly {
  zone = "America/New_York",
  week = {
    tuesday = "17:00-22:00",
    wednesday = "17:00-22:00",
    thursday = "17:00-22:00",
    friday = "17:00-23:00",
    saturday = "12:00-14:30, 17:00-23:00",
    sunday = "12:00-20:00",
  },
  holidays = { ["12-25"] = "closed" },
}

-- Each question is asked up to three times. `understand` tells what an answer means; nil means: ask again.
local function ask_people(call)
  return ivr.ask(call, {
    say = "For how many people? Say the number, or press it and then the pound key.",
    understand = function(answer)
      local people = tonumber(answer.digits) or answer.speech and words.number(answer.speech)
      if people and people >= 1 and people <= call.settings.largest_party then return people end
    end,
    not_understood = "Please give a number from one to " .. call.settings.largest_party .. ".",
  })
end

local WEEKDAYS = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }

-- The coming seven days: what callers may call them, and a moment of each.
local function coming_days()
  local days, today = {}, opening:local_time()
  for ahead = 0, 6 do
    local at = opening:moment { year = today.year, month = today.month, day = today.day + ahead }
    days[ahead + 1] = { words = { WEEKDAYS[opening:local_time(at).wday] }, at = at }
  end
  days[1].words[2], days[2].words[2] = "today", "tomorrow"
  return days
end

local function ask_day(call)
  local days = coming_days()
  return ivr.ask(call, {
    say = "For which day? Say today, tomorrow, or a day of the week. You can also press 1 for today, 2 for tomorrow.",
    digits = 1,
    understand = function(answer)
      local chosen = days[tonumber(answer.digits)] or answer.speech and words.choose(answer.speech, days)
      return chosen and chosen.at
    end,
  })
end

local function ask_time(call, day)
  return ivr.ask(call, {
    say = "At what time? Press four digits, such as 1 9 3 0 for half past seven in the evening.",
    digits = 4,
    speech = false,
    timeout = 10,
    understand = function(answer)
      local date, hour, minute = opening:local_time(day), answer.digits:match("^(%d%d)(%d%d)$")
      if not hour then return nil end
      local at = opening:moment {
        year = date.year, month = date.month, day = date.day, hour = tonumber(hour), min = tonumber(minute),
      }
      if opening:is_open(at) and at > os.time() then return at end
    end,
    not_understood = "We are not open then. On that day we are open " .. (opening:say_hours(day) or "not at all") .. ".",
  })
end

-- Two callers cannot take the same seats: the count goes up first, and down again if that was too many.
local function take_seats(call, at, people)
  local date = opening:local_time(at)
  local key = ("seats/%04d-%02d-%02d"):format(date.year, date.month, date.day)
  if kv.increment(key, people) <= call.settings.seats then return true end
  kv.increment(key, -people)
  return false
end

local function to_a_person(call)
  call:say("One moment please.")
  local answered = call:dial(call.settings.front_desk, { timeout = 20, whisper = "A caller for the restaurant." })
  if not answered then call:say("Nobody can come to the phone. Please call again a little later. Goodbye.") end
end

local function book(call)
  local people = ask_people(call)
  local day = people and ask_day(call)
  local at = day and ask_time(call, day)
  if not at then return to_a_person(call) end

  local table_for = ("a table for %d %s at %s"):format(people, opening:say_day(at), opening:say_clock(at))
  if not ivr.confirm(call, { say = "That is " .. table_for .. ". Is that right? Press 1 for yes, 2 for no." }) then
    return to_a_person(call)
  end
  if not take_seats(call, at, people) then return call:say("I am sorry, we are full on that day. Goodbye.") end
  kv.set("reservation/" .. call.id, { people = people, at = at, phone = call.from })
  if call.from:find("^%+") then -- the number is not hidden
    sms.send { to = call.from, body = call.settings.name .. ": " .. table_for .. ". See you then!", later = true }
  end
  call:say("Your table is booked. We look forward to seeing you!")
end

local function tell_hours(call)
  call:say("Today we are open " .. (opening:say_hours() or "not at all") .. ".")
  if not opening:is_open() then call:say("We open " .. opening:say_time(opening:next_opening()) .. ".") end
end

---@type Flow
return {
  -- What you will want to change. A number can have others: see numbers.lua. To have a value checked before it goes
  -- live, write its type as well: front_desk = { type = "phone", default = "+15550191" }.
  settings = {
    name = "Mill Street Kitchen",
    front_desk = "+15550191", -- who answers when a caller asks for a person
    seats = 40, -- on one day
    largest_party = 8,
  },
  -- If anything here breaks, callers get this person instead of silence.
  fallback = { dial = "+15550191" },

  -- What happens when somebody calls, from top to bottom.
  on_call = function(call)
    call:say("Welcome to " .. call.settings.name .. "!")
    ivr.menu(call, {
      say = "To book a table, press 1 or say: book. For our hours, press 2. To speak with somebody, press 0.",
      choices = {
        { key = "1", words = { "book", "table", "reservation" }, run = book },
        { key = "2", words = { "hours", "open" }, run = tell_hours },
      },
      operator = to_a_person,
      otherwise = function() call:say("Please call us again. Goodbye.") end,
    })
  end,

  -- What happens when somebody sends a text message.
  on_message = function(message)
    return "Thank you! To book a table at " .. message.settings.name .. ", please call this number."
  end,
}
