-- ConnectFlo answers for a company with a natural voice: it tells what it may, puts callers through to a person who has
-- heard what it is about, and takes a message where nobody answers. It is for numbers of the provider "twilio".
local INSTRUCTIONS = [[
You answer the phone for %s. Be warm and natural, and keep every answer to one or two sentences.
This is all that you may tell:
%s
- If you are asked for anything else, say that you do not know and offer to put the caller through.
- Promise nothing in the company's name.
- Once the caller needs nothing more, say goodbye and hang up.]]

local function whisper(summary, call)
  return ("A call for %s: %s"):format(call.settings.company, summary)
end

local voice = agent {
  instructions = function(call)
    local facts = call.settings.may_tell
    return INSTRUCTIONS:format(call.settings.company, #facts > 0 and "- " .. table.concat(facts, "\n- ") or "- nothing")
  end,
  greeting = function(call) return ("Thank you for calling %s. How can I help?"):format(call.settings.company) end,
  goodbye = "I am sorry, I have to put you through to somebody now.",
  turn_detection = { type = "semantic_vad" }, -- callers think aloud: a pause is not the end of a sentence
  tools = {
    agent.hangup,
    agent.transfer { to = function(call) return call.settings.escalation end, timeout = 25, whisper = whisper },
  },
}

local function take_a_message(call)
  call:say("Nobody can come to the phone right now. Please leave a message after the beep.")
  local message = call:record { max_length = 120 }
  if not message then return call:say("I heard nothing. Goodbye.") end
  kv.set("voicemail/" .. call.id, { company = call.settings.company, from = call.from, url = message.url })
  if call.settings.notify ~= "" then
    sms.send {
      to = call.settings.notify,
      body = ("%s: a message from %s, %d seconds: %s"):format(call.settings.company, call.from, message.seconds, message.url),
      later = true,
    }
  end
  call:say("Thank you, your message is kept. Goodbye.")
end

local function put_through(call, summary)
  if not call:dial(call.settings.escalation, { timeout = 25, whisper = whisper(summary, call) }) then
    take_a_message(call)
  end
end

---@type Flow
return {
  settings = {
    company = "ConnectFlo",
    may_tell = { "We answer the phone for small companies, day and night." },
    escalation = "+15550161", -- who is rung for callers who want a person
    notify = "", -- gets a text for every message; empty: nobody does
  },
  fallback = { say = "One moment please, I am putting you through.", dial = "+15550161" },

  on_call = function(call)
    local outcome = call:converse(voice)
    if outcome.reason == "transfer" then
      if not outcome.dial then take_a_message(call) end
    elseif outcome.reason == "failed" then
      call:say("I am sorry, I am having trouble. One moment please.")
      put_through(call, "the assistant could not help.")
    elseif outcome.reason == "time_limit" then
      put_through(call, "the caller talked with the assistant for long.")
    elseif outcome.reason == "silence" then
      call:say("I cannot hear you. Please call us again. Goodbye.")
    end
  end,
}
