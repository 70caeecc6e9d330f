-- What Lexi can do with appointments. A change is made once the caller has heard all of it and said yes: until then the
-- tool tells the assistant what to read back.
local booking = require "office"
local hours = require "hours"
local numbers = require "phone"

local appointments = {}

local AGREED = "boolean?: true only after the caller heard all of it and said yes"

--- Gives the office's own clock.
---@param of Call|Message
---@return Opening
function appointments.clock(of)
  return hours.weekly { zone = of.settings.zone, week = {} }
end

-- The moment of a slot, and how people say it: "on Tuesday at ten".
local function moment_of(of, date, time)
  local year, month, day = date:match("^(%d+)%-(%d+)%-(%d+)")
  local hour, minute = time:match("^(%d+):(%d+)") -- the API may send seconds
  local clock = appointments.clock(of)
  local at = clock:moment {
    year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = tonumber(hour), min = tonumber(minute),
  }
  return at, clock:say_day(at) .. " at " .. clock:say_clock(at)
end

local function to_read_back(words)
  return nil, ("not done yet: read this back, and use the tool again with agreed = true once you heard a yes: %s"):format(
    words)
end

local function own_number(of)
  return of.from:find("^%+") and of.from or nil
end

-- The number that somebody told, as the office's country writes it.
local function told_number(of, told)
  local number = told and numbers.parse(told, numbers.country(of.settings.front_desk) or "US")
  return number and number.possible and number.e164 or nil
end

-- An appointment by its id, if it is the caller's: nobody else's can be touched.
local function own_appointment(of, id)
  local phone = own_number(of)
  if not phone then return nil, "the caller's number is hidden, so this is for the front desk" end
  local list, reason = booking.of_phone(of, phone)
  if not list then return nil, reason end
  for _, appointment in ipairs(list) do
    if tostring(appointment.id) == id then return appointment end
  end
  return nil, "the caller has no such appointment: use find_appointments"
end

appointments.tools = {
  get_available_slots = {
    about = "Lists the free times of a day. Offer no other times.",
    params = { date = "date: the day", service = "string? 2..60: what for, if the caller said so" },
    say_while = "Let me look.",
    run = function(args, of)
      local slots, reason = booking.slots(of, args.date, args.service)
      if not slots then return nil, reason end
      if #slots == 0 then return "nothing is free on that day" end
      return { date = args.date, slots = slots }
    end,
  },

  create_appointment = {
    about = "Books a free time for a patient. Use it first without `agreed` to hear what to read back.",
    params = {
      date = "date: the day",
      time = "time: a free time, from get_available_slots",
      service = "string 2..60: what for",
      name = "string 2..80: the patient's full name",
      phone = "string? 7..20: only where you are told that the caller's number is hidden",
      agreed = AGREED,
    },
    run = function(args, of, tool)
      local at, when = moment_of(of, args.date, args.time)
      if at <= os.time() then return nil, "that time is over: offer another one" end
      local phone = own_number(of) or told_number(of, args.phone)
      if not phone and args.phone then return nil, "`phone` is no phone number: ask for it again" end
      if not phone then return nil, "the caller's number is hidden: ask for `phone`" end
      if not args.agreed then return to_read_back(("%s for %s %s"):format(args.service, args.name, when)) end
      tool:say("One moment please.")
      local booked, reason = booking.create(of, {
        date = args.date, time = args.time, service = args.service, name = args.name, phone = phone,
      })
      if not booked then return nil, reason end
      of.vars.booked = true
      return { booked = true, when = when }
    end,
  },

  find_appointments = {
    about = "Lists the caller's own appointments with their ids, to cancel or reschedule one.",
    run = function(_, of)
      local phone = own_number(of)
      if not phone then return nil, "the caller's number is hidden, so this is for the front desk" end
      local list, reason = booking.of_phone(of, phone)
      if not list then return nil, reason end
      if #list == 0 then return "there is no appointment under the caller's number" end
      local found = {}
      for i, appointment in ipairs(list) do
        local _, when = moment_of(of, appointment.date, appointment.time)
        found[i] = { id = tostring(appointment.id), when = when, service = appointment.service }
      end
      return { appointments = found }
    end,
  },

  reschedule_appointment = {
    about = "Moves one of the caller's appointments to a free time.",
    params = {
      id = "string: from find_appointments",
      date = "date: the new day",
      time = "time: a free time, from get_available_slots",
      agreed = AGREED,
    },
    run = function(args, of)
      local at, when = moment_of(of, args.date, args.time)
      if at <= os.time() then return nil, "that time is over: offer another one" end
      local appointment, problem = own_appointment(of, args.id)
      if not appointment then return nil, problem end
      local _, before = moment_of(of, appointment.date, appointment.time)
      if not args.agreed then
        return to_read_back(("%s %s moves: it is %s then"):format(appointment.service, before, when))
      end
      local moved, reason = booking.move(of, args.id, args.date, args.time)
      if not moved then return nil, reason end
      return { rescheduled = true, when = when }
    end,
  },

  cancel_appointment = {
    about = "Cancels one of the caller's appointments.",
    params = { id = "string: from find_appointments", agreed = AGREED },
    run = function(args, of)
      local appointment, problem = own_appointment(of, args.id)
      if not appointment then return nil, problem end
      local _, when = moment_of(of, appointment.date, appointment.time)
      if not args.agreed then return to_read_back(("%s %s is canceled"):format(appointment.service, when)) end
      local canceled, reason = booking.cancel(of, args.id)
      if not canceled then return nil, reason end
      return { canceled = true }
    end,
  },
}

return appointments
