---@meta voicemail
--- Takes messages: a greeting, a recording, and those told who should know. What is kept and who is told does not depend
--- on whether the caller stays to hear the thanks.
---
--- ```lua
--- -- flows/mailbox/flow.lua
--- local voicemail = require "voicemail"
---
--- return {
---   on_call = function(call)
---     voicemail.take(call, {
---       greeting = "Nobody is here. Please leave a message after the beep.",
---       max_length = 90,
---       notify = { sms = "+15550132", webhook = "https://crm.example/voicemail" },
---     })
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/mailbox/flow_test.lua
--- local it = test.flow("mailbox")
---
--- it("takes a message and tells the desk", function(caller)
---   caller:hears("leave a message after the beep")
---   caller:leaves_a_recording { seconds = 12, url = "https://api.example/RE1" }
---   caller:hears("Thank you. We have your message.")
---   sms:was_sent("+15550132", "+12025550142 left a message of 12 seconds: https://api.example/RE1")
---   network:was_sent("POST", "https://crm.example/voicemail", { json = { from = "+12025550142", seconds = 12 } })
--- end)
--- ```
local engine = ...
local in_voice = engine.part("in_voice")

---@class voicemail
local voicemail = {}

--- Who is told of a message. It reaches them though their server is down now, as all that is promised `later`.
---@class VoicemailNotify
---@field sms? PhoneNumber|PhoneNumber[] Who gets a text.
---@field text? string|fun(message: VoicemailMessage): string What the text says. [default who called, for how long, and the recording's address]
---@field webhook? Url What is posted the message as JSON.
---@field headers? table<string, string> Of the webhook.

---@class VoicemailOptions
---@field greeting? string|SayOptions|false What the caller hears first; `false`: nothing. [default "Please leave a message after the beep."]
---@field play? Url A recording in place of the greeting.
---@field max_length? WholeSeconds Longest message. [5 to 3600, default 120]
---@field timeout? Seconds Silence that ends it. [1 to 600, default 5]
---@field finish_on_key? string Keys that end it; `""` for none. [default "#"]
---@field least? Seconds A shorter one is no message: the caller is asked again. [0 to 60, default 1]
---@field tries? integer How often the caller is asked. [1 to 5, default 2]
---@field not_heard? string|SayOptions Said before the caller is asked again. [default "I did not hear a message."]
---@field thanks? string|SayOptions|false Said when the message is kept; `false`: nothing. [default "Thank you. We have your message."]
---@field transcribe? boolean Has the carrier write it down (US English, 2 to 120 seconds). [default false]
---@field transcribe_callback? Url Where the carrier posts what it wrote down.
---@field notify? VoicemailNotify Who is told.
---@field keep_days? integer How long `kv` keeps it under "voicemail/" and the call's id. [1 to 3650, default 90]
---@field voice? string Who speaks.
---@field language? string Language of what is said.

--- A message that was left.
---@class VoicemailMessage
---@field id string The call's.
---@field from string Who called.
---@field to string The number that they called.
---@field name? string Name on the caller's line.
---@field url Url The recording.
---@field seconds number How long it is.
---@field at number When it was left, as `os.time()` counts.

local function say(call, text, options)
  if text then call:say(in_voice(text, options)) end
end

local function text_of(message, notify)
  if type(notify.text) == "function" then return notify.text(message) end
  local who = message.name and ("%s (%s)"):format(message.name, message.from) or message.from
  return notify.text
    or ("%s left a message of %d seconds: %s"):format(who, math.floor(message.seconds + 0.5), message.url)
end

local function tell(message, notify)
  local numbers = type(notify.sms) == "string" and { notify.sms } or notify.sms or {}
  for _, number in ipairs(numbers) do sms.send { to = number, body = text_of(message, notify), later = true } end
  if notify.webhook then http.post(notify.webhook, { json = message, headers = notify.headers, later = true }) end
end

local function record(call, options)
  return call:record {
    max_length = options.max_length or 120,
    timeout = options.timeout,
    finish_on_key = options.finish_on_key or "#",
    transcribe = options.transcribe or options.transcribe_callback ~= nil or nil,
    transcribe_callback = options.transcribe_callback,
  }
end

local function greet(call, options)
  if options.play then return call:play(options.play) end
  if options.greeting == nil then return say(call, "Please leave a message after the beep.", options) end
  say(call, options.greeting, options)
end

--- Takes a message.
---
--- ```lua
--- local message = voicemail.take(call, { greeting = "Please tell us your name and number.", notify = { sms = "+15550132" } })
--- if not message then call:say("Goodbye.") end
--- ```
---@phase on_call
---@waits
---@param call Call
---@param options? VoicemailOptions
---@return VoicemailMessage? message
---@return "silence"? reason The caller said nothing.
function voicemail.take(call, options)
  options = options or {}
  engine.check("voicemail.take", "VoicemailOptions", options)
  for try = 1, options.tries or 2 do
    if try > 1 then say(call, options.not_heard or "I did not hear a message.", options) end
    greet(call, options)
    local recording = record(call, options)
    if recording and recording.seconds >= (options.least or 1) then
      local message = {
        id = call.id, from = call.from, to = call.to, name = call.caller.name, url = recording.url,
        seconds = recording.seconds, at = os.time(),
      }
      -- Whoever hung up is not there for what follows: what matters comes first.
      kv.set("voicemail/" .. call.id, message, { expires = (options.keep_days or 90) * 86400 })
      tell(message, options.notify or {})
      if options.thanks == nil then
        say(call, "Thank you. We have your message.", options)
      else
        say(call, options.thanks, options)
      end
      return message
    end
  end
  return nil, "silence"
end

return voicemail
