-- Takes messages: greets, records, and texts you where to listen to them.
--
-- A line that begins with two hyphens is a note like this one. Words in "quotes" are what callers hear: change them.
local hours = require "hours"

-- When somebody is there. What differs on a holiday stands below the week.
local opening = hours.weekly {
  zone = "America/New_York",
  week = {
    monday = "9:00-17:00",
    tuesday = "9:00-17:00",
    wednesday = "9:00-17:00",
    thursday = "9:00-17:00",
    friday = "9:00-15:00",
  },
  holidays = { ["12-25"] = "closed" },
}

---@type Flow
return {
  -- What you will want to change. A number can have others: see numbers.lua. To have a value checked before it goes
  -- live, write its type as well: mobile = { type = "phone", default = "+15550191" }.
  settings = {
    name = "Harbor Studio",
    mobile = "+15550191", -- is rung while you are open, and gets the texts
    ring_seconds = 15, -- how long it rings before the caller may leave a message
    longest_message = 120, -- in seconds
  },
  -- If anything here breaks, callers get this person instead of silence.
  fallback = { dial = "+15550191" },

  -- What happens when somebody calls, from top to bottom.
  on_call = function(call)
    local settings = call.settings
    call:say("Hello! This is " .. settings.name .. ".")
    if opening:is_open() then
      local answered = call:dial(settings.mobile, { timeout = settings.ring_seconds })
      if answered then return end -- they have talked: the call is over
      call:say("I cannot come to the phone.")
    else
      call:say("We are closed now, and open again " .. opening:say_time(opening:next_opening()) .. ".")
    end

    call:say("Please leave a message after the beep. When you are done, press any key.")
    local message = call:record { max_length = settings.longest_message }
    if not message then return call:say("I heard nothing. Goodbye.") end
    kv.set("voicemail/" .. call.id, { from = call.from, url = message.url }) -- kept, whatever becomes of the text
    sms.send {
      to = settings.mobile,
      body = ("%s left a message of %d seconds: %s"):format(call.from, message.seconds, message.url),
      later = true, -- sent again and again until it arrives
    }
    call:say("Thank you. I will call you back. Goodbye.")
  end,

  -- What happens when somebody sends a text message.
  on_message = function(message)
    return "This is " .. message.settings.name .. ". We read texts until five. For anything urgent, please call."
  end,
}
