-- Concya's host, an assistant: tells when a table is free, books it, and knows when a person is needed.
local reservations = require "reservations"

local INSTRUCTIONS = [[
You are the host of Concya, a restaurant, on the phone. You take reservations and tell the opening hours.
Be warm and brief: one or two sentences, one question at a time.
- For a reservation you need the day, the time and the number of people. Ask for what is missing, not for what was said.
- Look at the day with check_day before you offer a time. Book with book_table.
- Once it is booked, read it back in the words that book_table gives, and ask whether there is anything else.
- If something in it is wrong, book again: the new reservation takes the place of the one before.
- Use escalate for whoever asks for a person, and for all that is not about reservations or hours.
- Say goodbye before you use hangup.]]

local function number_fields(text, pattern)
  local first, second, third = text:match(pattern)
  return tonumber(first), tonumber(second), tonumber(third)
end

-- The moment of "2026-03-05" at "19:30"; at noon without a time.
local function moment_of(opening, date, time)
  local year, month, day = number_fields(date, "^(%d+)-(%d+)-(%d+)$")
  local hour, minute = number_fields(time or "12:00", "^(%d+):(%d+)$")
  return opening:moment { year = year, month = month, day = day, hour = hour, min = minute }
end

local function hours_on(opening, at)
  local hours = opening:say_hours(at)
  return hours and "open " .. hours or "closed"
end

local function check_day(opening, args, call)
  local at = moment_of(opening, args.day)
  return { hours = hours_on(opening, at), free_seats = reservations.free_seats(call, opening, at) }
end

local function book_table(opening, args, call)
  local visit = { people = args.people, at = moment_of(opening, args.day, args.time), name = args.name }
  if visit.at <= os.time() then return nil, "that time is over" end
  if not opening:is_open(visit.at) then return nil, "on that day we are " .. hours_on(opening, visit.at) end
  if visit.people > call.settings.largest_party then
    return nil, ("we seat %d people at most: for more, use escalate"):format(call.settings.largest_party)
  end
  if not reservations.book(call, opening, visit) then return nil, "we are full on that day" end
  return {
    booked = true,
    read_back = reservations.in_words(opening, visit),
    confirmed_by_text = reservations.confirm(call, opening, visit),
  }
end

--- Makes the host of a house with these opening hours.
---@param opening Opening
---@return Agent
return function(opening)
  return agent {
    instructions = function()
      local now = opening:local_time()
      return ("%s\nToday is %s, %04d-%02d-%02d, and it is %02d:%02d. Today we are %s."):format(
        INSTRUCTIONS, os.date("!%A", os.time { year = now.year, month = now.month, day = now.day }),
        now.year, now.month, now.day, now.hour, now.min, hours_on(opening))
    end,
    greeting = function()
      if opening:is_open() then return "Welcome to Concya! How can I help you?" end
      return ("Welcome to Concya! We are closed now, and open again %s. How can I help you?"):format(
        opening:say_time(opening:next_opening()))
    end,
    goodbye = "I am sorry, I have to end the call here. Please call us again. Goodbye!",
    tools = {
      check_day = {
        about = "Tells when the house is open on a day, and how many seats are free.",
        params = { day = "date" },
        run = function(args, call) return check_day(opening, args, call) end,
      },
      book_table = {
        about = "Books a table, and texts the caller a confirmation.",
        params = { day = "date", time = "time", people = "integer 1..", name = "string? 1..60: of the guest, if given" },
        say_while = "One moment, please.",
        run = function(args, call) return book_table(opening, args, call) end,
      },
      agent.hangup,
      agent.escalate,
    },
  }
end
