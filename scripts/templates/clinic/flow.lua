-- Answers for a doctor's or a dentist's office: sends emergencies on, takes requests for appointments, tells the hours.
--
-- A line that begins with two hyphens is a note like this one. Words in "quotes" are what callers hear: change them.
local hours = require "hours"
local ivr = require "ivr"
local sms = require "sms"

-- When the front desk answers. What differs on a holiday stands below the week.
local opening = hours.weekly {
  zone = "America/Denver",
  week = {
    monday = "8:00-12:00, 13:00-17:00",
    tuesday = "8:00-12:00, 13:00-17:00",
    wednesday = "8:00-12:00",
    thursday = "8:00-12:00, 13:00-17:00",
    friday = "8:00-12:00, 13:00-15:00",
  },
  holidays = { ["12-25"] = "closed", ["01-01"] = "closed" },
}

local function hours_now()
  local open, closes = opening:is_open()
  if open then return "We are open until " .. opening:say_time(closes) .. "." end
  return "We are closed now, and open again " .. opening:say_time(opening:next_opening()) .. "."
end

-- Records what somebody wants, and tells the front desk by text. What patients say stays in the recording.
local function take_message(call, about)
  call:say("Please say your name, your date of birth and what you need after the beep. Then press any key.")
  local message = call:record { max_length = 120 }
  if not message then return call:say("I heard nothing. Please call again. Goodbye.") end
  kv.set("message/" .. call.id, { about = about, from = call.from, url = message.url })
  sms.send {
    to = call.settings.desk_mobile,
    body = ("%s: %s, from %s: %s"):format(call.settings.name, about, call.from, message.url),
    later = true, -- sent again and again until it arrives
  }
  call:say("Thank you. We will call you back. Goodbye.")
end

local function to_front_desk(call)
  if not opening:is_open() then return take_message(call, "message") end
  call:say("One moment please.")
  if call:dial(call.settings.front_desk, { timeout = 25 }) then return end
  call:say("Nobody can come to the phone.")
  take_message(call, "message")
end

local function to_doctor_on_call(call)
  call:say("I am putting you through to the doctor on call.")
  if call:dial(call.settings.doctor_on_call, { timeout = 30, whisper = "An urgent call from a patient." }) then return end
  call:say("The doctor cannot come to the phone just now. If this is an emergency, hang up and dial 9 1 1.")
  take_message(call, "urgent")
end

---@type Flow
return {
  -- What you will want to change. A number can have others: see numbers.lua. To have a value checked before it goes
  -- live, write its type as well: front_desk = { type = "phone", default = "+15550191" }.
  settings = {
    name = "Lakeside Clinic",
    address = "12 Lake Road, beside the library",
    front_desk = "+15550191",
    desk_mobile = "+15550192", -- gets a text for every message
    doctor_on_call = "+15550193", -- for what is urgent
  },
  -- If anything here breaks, callers get this person instead of silence.
  fallback = { say = "One moment, I am putting you through.", dial = "+15550191" },

  -- What happens when somebody calls, from top to bottom.
  on_call = function(call)
    call:say("Welcome to " .. call.settings.name .. ". If this is an emergency, hang up and dial 9 1 1.")
    call:say(hours_now())
    ivr.menu(call, {
      say = "For an appointment, press 1. For a prescription, press 2. For our address, press 3. "
        .. "If it is urgent, press 9. To speak with the front desk, press 0.",
      choices = {
        { key = "1", words = { "appointment", "visit", "book" },
          run = function() take_message(call, "appointment") end },
        { key = "2", words = { "prescription", "refill", "pharmacy" },
          run = function() take_message(call, "prescription") end },
        { key = "3", words = { "address", "where" },
          run = function() call:say("We are at " .. call.settings.address .. ". Goodbye.") end },
        { key = "9", words = { "urgent", "pain", "bleeding" }, run = to_doctor_on_call },
      },
      operator = to_front_desk, -- 0, or "operator", or "a person"
    })
  end,

  -- What happens when somebody sends a text message. STOP and START are kept to.
  on_message = sms.keywords {
    replies = {
      { words = { "hours", "open" }, reply = hours_now },
      { words = { "address", "where" }, reply = function(message) return "We are at " .. message.settings.address .. "." end },
    },
    otherwise = "Please call us at this number. In an emergency, dial 911. Text HOURS or ADDRESS for those.",
  },
}
