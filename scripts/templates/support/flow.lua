-- Helps customers: tells them of a known outage, rings whoever is on duty one after the other, and opens a ticket
-- when nobody is free.
--
-- A line that begins with two hyphens is a note like this one. Words in "quotes" are what callers hear: change them.
local ivr = require "ivr"

-- Rings each number in turn until somebody answers.
local function ring_team(call, about)
  for _, number in ipairs(call.settings.team) do
    if call:dial(number, { timeout = 15, whisper = "A support call about " .. about .. "." }) then return true end
  end
  return false
end

-- A ticket is a number that the caller can name later, and a recording.
local function open_ticket(call, about)
  local ticket = 1000 + kv.increment("tickets")
  call:say("Nobody is free. Please describe the problem after the beep, then press any key.")
  local recording = call:record { max_length = 180 }
  kv.set("ticket/" .. ticket, { about = about, from = call.from, url = recording and recording.url })
  sms.send {
    to = call.settings.duty_mobile,
    body = ("Ticket %d about %s, from %s: %s"):format(ticket, about, call.from, recording and recording.url or "no words"),
    later = true, -- sent again and again until it arrives
  }
  call:say(("Your ticket is number %d. We will call you back. Goodbye."):format(ticket))
end

local function help(call, about)
  call:say("I am looking for somebody who can help you.")
  if not ring_team(call, about) then open_ticket(call, about) end
end

-- Tells what has become of a ticket. Whoever closes it sets "ticket/1001" to { closed = true }.
local function tell_ticket(call)
  local number = ivr.ask(call, {
    say = "Key in the number of your ticket, then press pound.",
    understand = function(answer) return answer.digits end,
    speech = false,
    timeout = 10,
  })
  local ticket = number and kv.get("ticket/" .. number)
  if not ticket then
    call:say("I cannot find that ticket.")
    return help(call, "a ticket that cannot be found")
  end
  if ticket.closed then return call:say("That ticket is closed. Thank you for your patience. Goodbye.") end
  call:say("We are working on it.")
  help(call, "ticket " .. number)
end

---@type Flow
return {
  -- What you will want to change. A number can have others: see numbers.lua. To have a value checked before it goes
  -- live, write its type as well: duty_mobile = { type = "phone", default = "+15550193" }.
  settings = {
    name = "Brightwire Support",
    team = { "+15550191", "+15550192" }, -- rung in this order
    duty_mobile = "+15550193", -- gets a text for every ticket
    outage = "", -- what everybody hears first while something is down: "Email is slow today. We are on it."
  },
  -- If anything here breaks, callers get this person instead of silence.
  fallback = { dial = "+15550191" },

  -- What happens when somebody calls, from top to bottom.
  on_call = function(call)
    call:say("Welcome to " .. call.settings.name .. ".")
    if call.settings.outage ~= "" then call:say(call.settings.outage) end
    ivr.menu(call, {
      say = "For a problem with your connection, press 1. For a bill, press 2. If you have a ticket, press 3. "
        .. "For anything else, press 0.",
      choices = {
        { key = "1", words = { "internet", "connection", "slow", "down" },
          run = function() help(call, "the connection") end },
        { key = "2", words = { "bill", "invoice", "payment" }, run = function() help(call, "a bill") end },
        { key = "3", words = { "ticket" }, run = tell_ticket },
      },
      operator = function() help(call, "something else") end,
    })
  end,

  -- What happens when somebody sends a text message.
  on_message = function(message)
    local outage = message.settings.outage
    return (outage ~= "" and outage .. " " or "") .. "For help, please call " .. message.to .. "."
  end,
}
