-- Concya, a restaurant: says when it is open, takes reservations, and puts people through. An assistant talks with the
-- callers; where there is none, or it fails, a menu asks for keys and words.
local calendar = require "calendar"
local host_of = require "host"
local hours = require "hours"
local ivr = require "ivr"
local reservations = require "reservations"
local text = require "text"
local words = require "words"

local VOICE = "Polly.Joanna"

local opening = hours.weekly {
  zone = "America/New_York",
  week = {
    tuesday = "11:30-14:30, 17:00-22:00",
    wednesday = "11:30-14:30, 17:00-22:00",
    thursday = "11:30-14:30, 17:00-22:00",
    friday = "11:30-14:30, 17:00-00:00",
    saturday = "17:00-00:00",
    sunday = "12:00-20:00",
  },
  holidays = { ["12-25"] = "closed", ["12-31"] = "17:00-01:00" },
}
local host = host_of(opening)

local function say(call, what)
  call:say { text = what, voice = VOICE }
end

local function ask_people(call)
  return ivr.ask(call, {
    say = "For how many people? Say the number, or press it and then the pound key.",
    voice = VOICE,
    understand = function(answer)
      local people = answer.digits and tonumber(answer.digits) or answer.speech and words.number(answer.speech)
      if people and people >= 1 and people <= call.settings.largest_party then return people end
    end,
    not_understood = ("Please give a number from one to %d."):format(call.settings.largest_party),
  })
end

local function ask_day(call)
  return ivr.ask(call, {
    say = "For which day? Say it, or press 1 for today, 2 for tomorrow, or the month and the day as four digits. "
      .. "Then press the pound key.",
    voice = VOICE,
    hints = { "today", "tomorrow", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" },
    understand = function(answer)
      if answer.digits then return calendar.keyed_day(answer.digits, opening) end
      return text.date(answer.speech, { opening = opening })
    end,
  })
end

local function ask_time(call, day)
  return ivr.ask(call, {
    say = "At what time? Say it, or press four digits, such as 0 7 3 0.",
    voice = VOICE,
    digits = 4,
    understand = function(answer)
      if answer.digits then return calendar.keyed_time(answer.digits, day, opening) end
      return (text.moment(answer.speech, { opening = opening, date = day }))
    end,
  })
end

-- What a sentence such as "a table for four tomorrow at 7" tells already.
local function understood(sentence)
  local day = text.date(sentence, { opening = opening })
  return { people = calendar.people(sentence), day = day, at = day and text.moment(sentence, { opening = opening }) or nil }
end

-- Asks for whatever is missing; nil if the caller does not say.
local function complete(call, visit)
  visit.people = visit.people or ask_people(call)
  if not visit.people then return nil end
  for _ = 1, 3 do
    visit.day = visit.day or ask_day(call)
    visit.at = visit.at or visit.day and ask_time(call, visit.day)
    if not visit.at then return nil end
    if visit.at > os.time() and opening:is_open(visit.at) then return visit end
    local that_day = opening:say_hours(visit.at)
    say(call, that_day and ("On that day we are open " .. that_day .. ".") or "We are closed on that day.")
    visit.day, visit.at = nil, nil
  end
end

local function to_front_desk(call, why)
  say(call, "One moment please.")
  local whisper = why and "A caller for the front desk: " .. why or "A caller for the front desk."
  local outcome = call:dial(call.settings.front_desk, { timeout = 20, whisper = whisper })
  if outcome then return end
  say(call, "Nobody can come to the phone. Please leave a message after the beep.")
  local message = call:record { max_length = 120 }
  if not message then return say(call, "I heard nothing. Goodbye.") end
  kv.set("voicemail/" .. call.id, { from = call.from, url = message.url })
end

local function book(call, answer)
  local visit = complete(call, understood(answer.speech or ""))
  if not visit then return to_front_desk(call) end
  local question = reservations.in_words(opening, visit) .. ". Is that right? Press 1 for yes, 2 for no."
  if not ivr.confirm(call, { say = question, voice = VOICE }) then
    return to_front_desk(call)
  end
  if not reservations.book(call, opening, visit) then
    return say(call, "I am sorry, we are full by then. Please try another day.")
  end
  say(call, "Your table is booked. We look forward to seeing you!")
  reservations.confirm(call, opening, visit)
end

local function tell_hours(call)
  local today = opening:say_hours()
  say(call, today and ("Today we are open " .. today .. ".") or "We are closed today.")
  if not opening:is_open() then
    say(call, "We open " .. opening:say_time(opening:next_opening()) .. ".")
  end
end

local function by_menu(call)
  say(call, "Welcome to Concya!")
  local open = opening:is_open()
  if not open then
    say(call, "We are closed now, and open again " .. opening:say_time(opening:next_opening()) .. ".")
  end
  ivr.menu(call, {
    say = "To book a table, press 1, or say for example: a table for four tomorrow at seven. For our hours, press 2."
      .. (open and " To speak with somebody, press 0." or ""),
    voice = VOICE,
    choices = {
      { key = "1", words = { "table", "book", "reservation", "reserve" }, run = book },
      { key = "2", words = { "hours", "open" }, run = tell_hours },
    },
    operator = open and function() to_front_desk(call) end or nil,
    otherwise = function() say(call, "Please call us again. Goodbye.") end,
  })
end

local function by_assistant(call)
  local outcome = call:converse(host)
  if outcome.reason == "escalate" then return to_front_desk(call, outcome.value.why) end
  if outcome.reason == "silence" then return say(call, "Please call us again. Goodbye.") end
  if outcome.reason ~= "failed" then return end
  if outcome.what ~= "not_configured" then say(call, "I am sorry, let us go on by menu.") end
  by_menu(call)
end

---@type Flow
return {
  settings = {
    assistant = true, -- callers talk with it, where a model is configured; false: always the menu
    front_desk = "+15550101",
    seats = 40,
    largest_party = 12,
  },
  fallback = { say = "One moment please.", dial = "+15550101" },

  on_call = function(call)
    if call.settings.assistant then by_assistant(call) else by_menu(call) end
  end,
}
