-- Lexi, a dental office's receptionist: books, moves and cancels appointments by voice and by text with the same agent,
-- and brings in the front desk.
local appointments = require "appointments"
local texting = require "sms"

local WEEKDAYS = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }

local INSTRUCTIONS = [[
You are Lexi, the receptionist of %s, a dental office. Today is %s, %04d-%02d-%02d.
You help with appointments. The office offers: %s.
- Be warm and brief: one question at a time.
- Learn what the visit is for, the day, and the patient's full name. Offer two or three of the free times.
- Before you book, move or cancel, read it back and wait for a yes. Say that it is done only when the tool says so.
- If a tool fails, say what is true, never that something is booked.
- Give no medical advice and no prices: the front desk does.
- With trouble breathing, bleeding that does not stop or a broken jaw, tell the caller to call 911 at once.]]

local function instructions(of)
  local today = appointments.clock(of):local_time()
  return INSTRUCTIONS:format(of.settings.office, WEEKDAYS[today.wday], today.year, today.month, today.day,
    of.settings.services)
end

local tools = { agent.hangup, agent.escalate }
for name, tool in pairs(appointments.tools) do tools[name] = tool end

local lexi = agent {
  instructions = instructions,
  greeting = function(call)
    return ("Hi! Welcome to %s. This is Lexi. How can I help you today?"):format(call.settings.office)
  end,
  goodbye = "I am sorry, I have to hand you over to the front desk now.",
  tools = tools,
}

-- How many texts a number has sent in this hour, with this one.
local function texts_this_hour(message)
  return kv.increment(("texts/%s/%s"):format(message.from, os.date("!%Y-%m-%dT%H")), 1, { expires = 2 * 60 * 60 })
end

-- How often the assistant used its tools, and how often one could not do what it was asked for.
local function count_tools(transcript)
  local count = { used = 0, failed = 0 }
  for _, line in ipairs(transcript) do
    if line.tool then
      count.used = count.used + 1
      if line.result and line.result:find('^{"error"') then count.failed = count.failed + 1 end
    end
  end
  return count
end

-- Texts the people at the front desk; false where that cannot be done.
local function text_the_desk(of, text)
  if not of.settings.desk_mobile then return false end
  return sms.send { to = of.settings.desk_mobile, body = of.settings.office .. ": " .. text } ~= nil
end

local function take_a_message(call)
  call:say("Nobody can come to the phone right now. Please leave your name and what you need after the beep.")
  local message = call:record { max_length = 120 }
  if not message then return call:say("I heard nothing. Goodbye.") end
  kv.set("voicemail/" .. call.id, { from = call.from, url = message.url })
  text_the_desk(call, call.from .. " left a message: " .. message.url)
  call:say("Thank you. The front desk has your message. Goodbye.")
end

local function to_front_desk(call, whisper)
  local outcome = call:dial(call.settings.front_desk, { timeout = 25, whisper = whisper })
  if not outcome then take_a_message(call) end
end

---@type Flow
return {
  settings = {
    office = { type = "text", label = "Office", default = "Ascend Dental" },
    zone = { type = "text", label = "Time zone", default = "America/Denver", help = "As continent and city." },
    services = {
      type = "text", label = "Services", default = "cleanings, check-ups, fillings, whitening",
      help = "What patients can book, in the words in which Lexi says it.",
    },
    booking_url = {
      type = "text", label = "Booking system", default = "https://booking.example/api/booking",
      help = "Where its API is; flows/lexi/office.lua says what it is asked.",
    },
    booking_token = { type = "text", label = "Booking token", secret = true, help = "Sent as a Bearer token." },
    front_desk = { type = "phone", label = "Front desk", default = "+15550151", help = "Who takes over from Lexi." },
    desk_mobile = { type = "phone", label = "Front desk's mobile", help = "Gets texts for the front desk." },
    analytics_url = { type = "text", label = "Call statistics", help = "Is told how each call went." },
    texts_per_hour = {
      type = "number", label = "Texts an hour", default = 30, min = 1,
      help = "From one number; more than that is no patient who writes.",
    },
  },
  fallback = { say = "One moment please, I am putting you through to the front desk.", dial = "front_desk" },

  on_call = function(call)
    local outcome = call:converse(lexi)
    call.vars.ended, call.vars.tools = outcome.reason, count_tools(outcome.transcript)
    if outcome.reason == "escalate" then
      to_front_desk(call, "A caller for the front desk: " .. outcome.value.why)
    elseif outcome.reason == "time_limit" then
      to_front_desk(call, "A caller who talked with Lexi for long.")
    elseif outcome.reason == "failed" then
      call:say("I am sorry, I am having trouble. I am putting you through to the front desk.")
      to_front_desk(call, "A caller whom Lexi could not help.")
    elseif outcome.reason == "silence" then
      call:say("I cannot hear you. Please call us again. Goodbye.")
    end
  end,

  on_message = function(message)
    local texts, most = texts_this_hour(message), message.settings.texts_per_hour
    if texts > most then
      if texts > most + 1 or texting.opted_out(message) then return nil end
      return "That is more than I can answer by text. Please call us at this number."
    end
    local reply, reason = message:converse(lexi)
    if reason == "opted_out" then return nil end
    if not reply then return "Sorry, I cannot answer texts just now. Please call us at this number." end
    -- A person is promised only where one has been told.
    if reason == "escalate" and not text_the_desk(message, message.from .. " asks for a person: " .. message.body) then
      return "I could not reach the front desk by text. Please call us at this number."
    end
    return reply
  end,

  -- What patients said stays in the house.
  on_call_ended = function(call)
    if not call.settings.analytics_url then return end
    local summary, tally = call:summary(), call.vars.booking or { requests = 0, failed = 0 }
    http.post(call.settings.analytics_url, {
      json = {
        call = summary.id,
        seconds = summary.seconds,
        status = summary.status,
        ended = call.vars.ended or "caller_hung_up",
        booked = call.vars.booked or false,
        booking = tally,
        tools = call.vars.tools or { used = 0, failed = 0 },
      },
      later = true,
    })
  end,
}
