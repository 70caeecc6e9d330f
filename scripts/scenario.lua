--- Scenarios: the caller's side of real calls, told in the words of flow tests. A scenario runs against an engine that
--- listens on a socket: the carrier simulator places the calls, signs the webhooks and follows the TwiML.
---
--- ```lua
--- local caller = call { from = "+14155550142", to = "+14155550199" }
--- caller:hears("press 1")
--- caller:presses("1")
--- caller:is_put_through_to("+14155550100")
--- dial:is_busy()
--- caller:hears("nobody is free")
--- caller:is_hung_up()
--- ```
---
--- Several calls may be in progress at once. Each line returns once the call waits for somebody or is over; the first
--- line that differs from what happens ends the scenario.
local ask, author_line = ...

-- ── Speaking with the carrier ────────────────────────────────────────────────────────────────────────────────────

local function refuse(message)
  error(author_line() .. ": " .. message, 0)
end

-- Has the carrier do something. What it cannot do ends the scenario at the author's line.
local function perform(kind, options)
  local value, reason, problem = ask(kind, options)
  if problem then
    refuse(problem)
  end
  return value, reason
end

local function show(value)
  return type(value) == "string" and '"' .. value .. '"' or tostring(value)
end

local function want(value, kind, example)
  if type(value) ~= kind then
    refuse(("wants a %s, as in %s, but was given %s"):format(kind, example, value == nil and "nothing" or show(value)))
  end
  return value
end

-- An options table whose keys are all known and of the right type; those marked "!" must be there.
local function want_options(options, known, example)
  options = want(options or {}, "table", example)
  for key, value in pairs(options) do
    local kind = known[key] and known[key]:gsub("!", "")
    if not kind then
      local names = {}
      for name in pairs(known) do
        names[#names + 1] = name
      end
      table.sort(names)
      refuse(("option %s is not known: there are %s"):format(tostring(key), table.concat(names, ", ")))
    end
    want(value, kind, example)
  end
  for key, kind in pairs(known) do
    if kind:sub(-1) == "!" and options[key] == nil then
      refuse(("option %s is missing, as in %s"):format(key, example))
    end
  end
  return options
end

local function flat(text)
  return (text:gsub("%s+", " "):lower())
end

local function contains(texts, text)
  return flat(table.concat(texts, " ")):find(flat(text), 1, true) ~= nil
end

local function but(verb, texts, state)
  if #texts == 0 then
    return "but " .. verb .. " nothing" .. (state and ": " .. state or "")
  end
  return "but " .. verb .. ": " .. show(table.concat(texts, " "))
end

-- Asks again and again until `check` gives something, at most so many seconds.
local function poll(seconds, check)
  local waited = 0
  while true do
    local found = check()
    if found or waited >= seconds then
      return found
    end
    perform("wait", { seconds = 0.005 })
    waited = waited + 0.005
  end
end

-- ── Calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

--- A caller, on the line. `hears` looks at everything said and played since the caller last did something.
---@class ScenarioCaller
---@field id string the CallSid
local Caller = {}
Caller.__index = function(_, verb)
  return Caller[verb] or refuse(("caller:%s is not known"):format(tostring(verb)))
end

local latest -- the call that was last seen being put through, queued or referred: whom dial, queue and refer act for

local function act(caller, kind, options)
  options = options or {}
  options.call = caller.id
  caller.seen = perform(kind, options)
  return caller.seen
end

-- What the call stands at without letting a conversation go by: it may have been changed from outside.
local function look(caller)
  return act(caller, "look")
end

-- How the call stands now. A conversation that the scenario saw begin is over once anything else is asked.
local function now(caller)
  local waits = look(caller).waits
  if caller.expected and waits then
    if waits.kind == "dial" then
      act(caller, "callee", { outcome = "answered" })
      waits = caller.seen.waits
    end
    if waits and waits.kind == "bridge" then
      act(caller, "bridge_ends", { seconds = 60 })
    elseif waits and waits.kind == "enqueue" then
      act(caller, "leave_queue", { result = "bridged", seconds = 60 })
    elseif waits and waits.kind == "refer" then
      act(caller, "refer_ends", { status = "completed" })
    end
  end
  caller.expected = false
  return caller.seen
end

-- Whether the call is in a media stream, and so in a conversation that takes its time.
local function streams(caller)
  local waits = look(caller).waits
  return waits ~= nil and waits.kind == "stream"
end

-- Does something in the stream that the call is in.
local function act_in_stream(caller, kind, options)
  return act(caller, "stream_" .. kind, options)
end

-- Waits until the call has left the stream that it is in, if it is in one.
local function leave_stream(caller)
  if streams(caller) then
    act_in_stream(caller, "leave")
  end
end

-- How the call stands once the caller has heard, in a stream, what `passes`. The other side has 20 seconds to say it.
local function listen(caller, passes)
  if streams(caller) then
    poll(20, function()
      return passes(look(caller).heard) or not streams(caller)
    end)
  end
  return now(caller)
end

local function waiting(caller, kinds, doing)
  local seen = now(caller)
  if not (seen.waits and kinds[seen.waits.kind]) then
    refuse(("%s, but %s"):format(doing, seen.state))
  end
  return seen.waits
end

--- What is wrong about the media streams of a call, for trying how the business takes it.
---@class ScenarioStreamFaults
---@field bad_signature? boolean The upgrade is signed with another key.
---@field parameters? table<string, string> Values that take the place of the document's.
---@field parameters_of? ScenarioCaller Another call, whose values do.

local function want_stream_faults(faults)
  local known = { bad_signature = "boolean", parameters = "table", parameters_of = "table" }
  faults = want_options(faults, known, "call { …, stream = { bad_signature = true } }")
  return {
    bad_signature = faults.bad_signature or false,
    parameters = faults.parameters,
    parameters_of = faults.parameters_of and faults.parameters_of.id,
  }
end

--- Calls. Returns once the business waits for the caller, or the call is over.
---@param options { from: string, to: string, caller: string?, name: string?, repeats: boolean?, stream: ScenarioStreamFaults? }
--- What the transcript calls `from` is `caller`, and `to` is `name`; `repeats` has the carrier send every webhook twice;
--- `stream` is what is wrong about the media streams that the call opens.
---@return ScenarioCaller
function call(options)
  local example = 'call { from = "+14155550142", to = "+14155550199" }'
  local known = {
    from = "string!", to = "string!", caller = "string", name = "string", repeats = "boolean", stream = "table",
  }
  options = want_options(options, known, example)
  local stream = options.stream and want_stream_faults(options.stream)
  local seen = perform("call", {
    from = options.from, to = options.to, caller = options.caller, name = options.name, repeats = options.repeats,
    stream = stream,
  })
  return setmetatable({ id = seen.id, seen = seen, expected = false, cuts = 0 }, Caller)
end

--- Waits until the engine has the carrier call this number, and picks up.
---@param number string
---@return ScenarioCaller
function pick_up(number)
  want(number, "string", 'pick_up("+14155550142")')
  local seen = poll(10, function()
    return perform("pick_up", { number = number })
  end)
  if not seen then
    refuse(("expected a call to %s, but the engine placed none within 10 s"):format(number))
  end
  return setmetatable({ id = seen.id, seen = seen, expected = false, cuts = 0 }, Caller)
end

--- Hears a text: part of what is said, in any case. What is played counts with its address. In a media stream, waits
--- until the assistant has been heard to say it, or as much of it as came before it was interrupted.
---@param text string
function Caller:hears(text)
  want(text, "string", 'caller:hears("press 1")')
  local seen = listen(self, function(heard)
    return contains(heard, text)
  end)
  if not contains(seen.heard, text) then
    refuse(("expected the caller to hear %s, %s"):format(show(text), but("heard", seen.heard, seen.state)))
  end
end

--- Hears exactly this text.
---@param text string
function Caller:hears_exactly(text)
  want(text, "string", 'caller:hears_exactly("Goodbye.")')
  local seen = listen(self, function(heard)
    return table.concat(heard, " ") == text
  end)
  if table.concat(seen.heard, " ") ~= text then
    refuse(("expected the caller to hear exactly %s, %s"):format(show(text), but("heard", seen.heard, seen.state)))
  end
end

--- Hears what matches a Lua pattern.
---@param pattern string
function Caller:hears_match(pattern)
  want(pattern, "string", 'caller:hears_match("%d+ slots")')
  local seen = listen(self, function(heard)
    return table.concat(heard, " "):find(pattern) ~= nil
  end)
  if not table.concat(seen.heard, " "):find(pattern) then
    refuse(("expected the caller to hear what matches %s, %s"):format(
      show(pattern), but("heard", seen.heard, seen.state)))
  end
end

--- Does not hear a text.
---@param text string
function Caller:does_not_hear(text)
  want(text, "string", 'caller:does_not_hear("press 1")')
  local seen = now(self)
  if contains(seen.heard, text) then
    refuse(("expected the caller not to hear %s, %s"):format(show(text), but("heard", seen.heard)))
  end
end

--- Says something while the business listens for speech. In a media stream, returns once it is said.
---@param text string
---@param options? { confidence: number?, mute_after: number?, mute_for: number? } `confidence` is from 0 to 1; 0.9 if
--- not given. In a media stream, the carrier sends nothing more once `mute_after` seconds of it were said, for
--- `mute_for` seconds (3 if not given).
function Caller:says(text, options)
  local example = 'caller:says("a table for two", { confidence = 0.4 })'
  want(text, "string", example)
  options = want_options(options, { confidence = "number", mute_after = "number", mute_for = "number" }, example)
  local doing = "the caller says " .. show(text)
  local waits = waiting(self, { gather = true, stream = true }, doing)
  if waits.kind == "stream" then
    local voice = { text = text, mute_after = options.mute_after, mute_for = options.mute_for, listens = true }
    act_in_stream(self, "say", voice)
    return
  end
  if not waits.speech then
    refuse(doing .. ", but the business listens for keys only")
  end
  act(self, "say", { text = text, confidence = options.confidence or 0.9 })
end

--- Says something while the assistant speaks on a media stream, once this much of its speech was heard.
---@param text string
---@param options? { after: number } In seconds; 1 if not given.
function Caller:interrupts(text, options)
  local example = 'caller:interrupts("No, wait", { after = 0.8 })'
  want(text, "string", example)
  options = want_options(options, { after = "number" }, example)
  waiting(self, { stream = true }, "the caller interrupts with " .. show(text))
  act_in_stream(self, "interrupt", { text = text, after = options.after or 1, listens = true })
end

--- Hears the assistant speak on a media stream, whatever it says: waits until it has spoken since the caller last spoke
--- or pressed keys, and is silent.
function Caller:hears_speech()
  waiting(self, { stream = true }, "the caller listens to the assistant")
  act_in_stream(self, "hear")
end

--- Hears that the assistant is cut off in mid-speech, and gives how many seconds of what it was saying were heard.
---@return number
function Caller:hears_it_cut_off()
  waiting(self, { stream = true }, "the caller hears the assistant being cut off")
  local cut = poll(5, function()
    return look(self).cuts and self.seen.cuts[self.cuts + 1]
  end)
  if not cut then
    refuse("expected the assistant to be cut off, but it was not within 5 s")
  end
  self.cuts = self.cuts + 1
  return cut
end

--- Says nothing on a media stream for so long.
---@param seconds number
function Caller:stays_silent(seconds)
  want(seconds, "number", "caller:stays_silent(3)")
  waiting(self, { stream = true }, "the caller stays silent")
  act_in_stream(self, "silence", { seconds = seconds })
end

--- Has the media streams of this call recorded, from their beginning: the caller on the left, the assistant on the
--- right. The file is there once the stream has ended, and beside it what was told of the call from here on, as
--- `demo/booking.txt`.
---@param file string as `demo/booking.wav`
function Caller:records_to(file)
  want(file, "string", 'caller:records_to("demo/booking.wav")')
  act(self, "record_to", { file = file })
end

--- Loses so many frames of 20 ms of the caller's voice on their way into the media stream.
---@param count number
function Caller:loses_frames(count)
  want(count, "number", "caller:loses_frames(5)")
  waiting(self, { stream = true }, "the carrier loses frames")
  act_in_stream(self, "lose_frames", { count = count })
end

--- Has the carrier send nothing into the media stream for so long, not even silence.
---@param seconds number
function Caller:sends_nothing(seconds)
  want(seconds, "number", "caller:sends_nothing(2)")
  waiting(self, { stream = true }, "the carrier sends nothing")
  act_in_stream(self, "stop_sending", { seconds = seconds })
end

--- Has the carrier read nothing of what the business sends on the media stream, until `reads_on`.
function Caller:reads_nothing()
  waiting(self, { stream = true }, "the carrier reads nothing")
  act_in_stream(self, "stop_reading")
end

--- Has the carrier read again.
function Caller:reads_on()
  waiting(self, { stream = true }, "the carrier reads on")
  act_in_stream(self, "read_on")
end

--- Has the media stream's connection break, without a word to the business. The call goes on as after any stream.
function Caller:loses_the_stream()
  waiting(self, { stream = true }, "the stream's connection breaks")
  act_in_stream(self, "break_off")
end

--- Presses keys while the business waits for them, or in a media stream. With fewer keys than it waits for, its timeout passes.
---@param keys string `0` to `9`, `*` and `#`.
function Caller:presses(keys)
  want(keys, "string", 'caller:presses("1")')
  if not keys:find("^[%d*#]+$") then
    refuse(("there is no key for %s: caller:presses takes 0 to 9, * and #"):format(show(keys)))
  end
  local doing = "the caller presses " .. keys
  local waits = waiting(self, { gather = true, record = true, bridge = true, stream = true }, doing)
  if waits.kind == "stream" then
    act_in_stream(self, "press", { keys = keys, listens = true })
    return
  end
  if waits.kind == "gather" and not waits.digits then
    refuse(doing .. ", but the business listens for speech only")
  end
  act(self, "press", { keys = keys })
end

--- Says and presses nothing, until the business's patience ends.
function Caller:says_nothing()
  waiting(self, { gather = true, record = true }, "the caller says nothing")
  act(self, "stay_silent")
end

--- Leaves a recording while the business records.
---@param options? { seconds: number, digits: string } How long (5 if not given), and the key that ends it.
function Caller:leaves_a_recording(options)
  local example = 'caller:leaves_a_recording({ seconds = 12, digits = "#" })'
  options = want_options(options, { seconds = "number", digits = "string" }, example)
  waiting(self, { record = true }, "the caller leaves a recording")
  act(self, "record", { seconds = options.seconds or 5, digits = options.digits or "" })
end

--- Hangs up.
function Caller:hangs_up()
  if not look(self).waits then
    refuse("the caller hangs up, but " .. self.seen.state)
  end
  act(self, "hang_up")
end

local function expect_wait(caller, found, expectation)
  leave_stream(caller)
  if not found(caller.seen.waits) then
    now(caller)
  end
  if not found(caller.seen.waits) then
    refuse(("expected %s, but %s"):format(expectation, caller.seen.state))
  end
  caller.expected = true
  latest = caller
end

--- Is being put through to somebody: a number, or a client, SIP address, queue or conference by its name. They answer
--- and talk for a minute, unless the next line is `dial:is_busy()` or the like.
---@param name string
function Caller:is_put_through_to(name)
  want(name, "string", 'caller:is_put_through_to("+14155550100")')
  expect_wait(self, function(waits)
    for _, address in ipairs(waits and waits.to or {}) do
      if address == name then
        return true
      end
    end
  end, "the caller to be put through to " .. name)
end

--- Waits in a queue. Somebody takes the call, unless the next line is `queue:is_full()` or the like.
---@param name string
function Caller:is_queued_in(name)
  want(name, "string", 'caller:is_queued_in("support")')
  expect_wait(self, function(waits)
    return waits and waits.kind == "enqueue" and waits.name == name
  end, "the caller to be queued in " .. show(name))
end

--- Is sent to another SIP address. That works, unless the next line is `refer:fails()`.
---@param sip string
function Caller:is_referred_to(sip)
  want(sip, "string", 'caller:is_referred_to("sip:desk@pbx.example")')
  expect_wait(self, function(waits)
    return waits and waits.kind == "refer" and waits.name == sip
  end, "the caller to be referred to " .. sip)
end

local function expect_end(caller, passes, expectation)
  leave_stream(caller)
  local seen = now(caller)
  if not (seen.over and passes(seen.over)) then
    refuse(("expected %s, but %s"):format(expectation, seen.state))
  end
end

--- Is hung up on: the business said so, or has nothing more to do. A media stream has 30 seconds to end first.
function Caller:is_hung_up()
  expect_end(self, function(over)
    return over == "flow"
  end, "the business to hang up")
end

--- Is rejected: the call is never answered.
---@param reason? "rejected"|"busy" Either, if not given.
function Caller:is_rejected(reason)
  expect_end(self, function(over)
    return (over == "rejected" or over == "busy") and (reason == nil or over == reason)
  end, "the call to be rejected" .. (reason and " (" .. reason .. ")" or ""))
end

--- Has the carrier send its latest webhook once more, as it does when a reply was lost. The same document must come
--- back, and the call must stand where it stood.
function Caller:has_the_last_webhook_repeated()
  act(self, "repeat_webhook")
end

-- ── Those who are called ─────────────────────────────────────────────────────────────────────────────────────────

local function awaited(kinds, doing)
  if not latest then
    refuse(doing .. ", but nobody was put through yet: write caller:is_put_through_to(…) before it")
  end
  local waits = latest.seen.waits
  if not (waits and kinds[waits.kind]) then
    refuse(("%s, but %s"):format(doing, latest.seen.state))
  end
  return latest
end

--- Whoever the latest call is put through to.
---@class ScenarioDial
dial = {}

local function turn_away(doing, outcome)
  act(awaited({ dial = true }, doing), "callee", { outcome = outcome })
end

--- Is on the phone already.
function dial:is_busy()
  turn_away("the one called is busy", "busy")
end

--- Lets it ring until the business's patience ends.
function dial:does_not_answer()
  turn_away("the one called does not answer", "no-answer")
end

--- Cannot be reached: a wrong number, a network out of order.
function dial:fails()
  turn_away("the one called cannot be reached", "failed")
end

local function answer_call(doing)
  local caller = awaited({ dial = true, bridge = true, gather = true }, doing)
  if caller.seen.waits.kind == "dial" then
    act(caller, "callee", { outcome = "answered" })
  end
  return caller
end

--- Answers, talks with the caller and hangs up.
---@param options? { seconds: number } How long they talk: 60 if not given.
function dial:answers(options)
  options = want_options(options, { seconds = "number" }, "dial:answers({ seconds = 90 })")
  local caller = answer_call("the one called answers")
  if caller.seen.waits and caller.seen.waits.kind == "bridge" then
    act(caller, "bridge_ends", { seconds = options.seconds or 60 })
  end
end

--- Answers, and hears a text before being connected.
---@param text string Part of it.
function dial:whispers(text)
  want(text, "string", 'dial:whispers("a call for the kitchen")')
  local caller = answer_call("the one called answers")
  if not contains(caller.seen.whispered, text) then
    refuse(("expected the one called to hear %s, %s"):format(show(text), but("heard", caller.seen.whispered)))
  end
end

--- Presses keys while the whisper waits for them.
---@param keys string
function dial:presses(keys)
  want(keys, "string", 'dial:presses("1")')
  act(awaited({ gather = true }, "the one called presses " .. keys), "press", { keys = keys })
end

--- Those who take calls from a queue.
---@class ScenarioQueue
queue = {}

local function leave_queue(doing, result, seconds)
  act(awaited({ enqueue = true }, doing), "leave_queue", { result = result, seconds = seconds })
end

--- Takes the caller out of the queue and talks with them.
---@param options? { seconds: number } How long they waited: 60 if not given.
function queue:answers(options)
  options = want_options(options, { seconds = "number" }, "queue:answers({ seconds = 30 })")
  leave_queue("somebody takes the call from the queue", "bridged", options.seconds or 60)
end

--- Turns the caller away: too many wait.
function queue:is_full()
  leave_queue("the queue is full", "queue-full", 0)
end

--- Does not work.
function queue:fails()
  leave_queue("the queue fails", "error", 0)
end

--- The SIP address that a call is referred to.
---@class ScenarioRefer
refer = {}

--- Takes the call.
function refer:succeeds()
  act(awaited({ refer = true }, "the call is taken over"), "refer_ends", { status = "completed" })
end

--- Does not take the call.
function refer:fails()
  act(awaited({ refer = true }, "the call is not taken over"), "refer_ends", { status = "failed" })
end

-- ── Text messages ────────────────────────────────────────────────────────────────────────────────────────────────

--- Somebody who sends text messages. `receives` looks at what came back for the latest one.
---@class ScenarioTexter
local Texter = {}
Texter.__index = Texter

--- Sends a text message, and returns who sent it.
---@param options { from: string, to: string, body: string, caller: string?, name: string? }
---@return ScenarioTexter
function text(options)
  local example = 'text { from = "+14155550142", to = "+14155550199", body = "HOURS" }'
  local known = { from = "string!", to = "string!", body = "string!", caller = "string", name = "string" }
  options = want_options(options, known, example)
  local texter = setmetatable({ options = options }, Texter)
  texter:sends(options.body)
  return texter
end

--- Sends one more.
---@param body string
function Texter:sends(body)
  want(body, "string", 'texter:sends("HOURS")')
  local first = self.options
  local options = { from = first.from, to = first.to, caller = first.caller, name = first.name, body = body }
  self.received = perform("text", options).received
end

--- Receives a reply: part of it, in any case.
---@param body string
function Texter:receives(body)
  want(body, "string", 'texter:receives("We are open")')
  if not contains(self.received, body) then
    refuse(("expected the texter to receive %s, %s"):format(show(body), but("received", self.received)))
  end
end

--- Receives exactly this reply.
---@param body string
function Texter:receives_exactly(body)
  want(body, "string", 'texter:receives_exactly("We are open.")')
  if table.concat(self.received, " ") ~= body then
    refuse(("expected the texter to receive exactly %s, %s"):format(show(body), but("received", self.received)))
  end
end

--- Receives no reply.
function Texter:receives_nothing()
  if #self.received > 0 then
    refuse("expected the texter to receive nothing, " .. but("received", self.received))
  end
end

--- The text messages that the engine hands to the carrier over REST.
---@class ScenarioSms
sms = {}

-- The texts sent to a number that contain `body`. One that is still on its way has 5 seconds to come.
local function texts_sent(to, body)
  local messages, found
  poll(5, function()
    messages, found = perform("messages", {}), {}
    for _, message in ipairs(messages) do
      if message.to == to and (body == nil or contains({ message.body }, body)) then
        found[#found + 1] = message
      end
    end
    return #found > 0
  end)
  return found, messages
end

local function expect_texts(passes, expectation, to, body)
  local found, messages = texts_sent(to, body)
  if not passes(#found) then
    local sent = {}
    for i, message in ipairs(messages) do
      sent[i] = show(message.body) .. " to " .. message.to
    end
    refuse(("expected %s to %s%s, but the engine sent %s"):format(
      expectation, to, body and " with " .. show(body) or "", #sent > 0 and table.concat(sent, ", ") or "none"))
  end
  perform("note", { of = to, text = "receives the text " .. show(found[1].body) })
end

--- Was sent; one that is still on its way has 5 seconds to come.
---@param to string
---@param body? string Part of it, in any case.
function sms:was_sent(to, body)
  want(to, "string", 'sms:was_sent("+14155550100", "your table is booked")')
  expect_texts(function(count) return count > 0 end, "a text", to, body)
end

--- Was sent, and not a second time.
---@param to string
---@param body? string Part of it, in any case.
function sms:was_sent_once(to, body)
  want(to, "string", 'sms:was_sent_once("+14155550100", "your table is booked")')
  expect_texts(function(count) return count == 1 end, "one text", to, body)
end

-- ── The engine ───────────────────────────────────────────────────────────────────────────────────────────────────

--- The engine that answers the calls, where it was started for the scenario as `switchhook demo` does.
---@class ScenarioEngine
engine = {}

--- Is killed in the middle of whatever it does: `kill -9`.
function engine:is_killed()
  perform("engine.kill", {})
end

--- Is started again with what it has kept. Returns once it answers.
function engine:is_started_again()
  perform("engine.start", {})
end

-- ── Flows on disk ────────────────────────────────────────────────────────────────────────────────────────────────

local before = {} -- number → how it stood before the latest edit

-- What the engine says of a number: { number =, flow =, version =, error = }.
local function status_of(number)
  for _, entry in ipairs(perform("status", {})) do
    before[entry.number] = before[entry.number] or entry
    if entry.number == number then
      return entry
    end
  end
  refuse(("the engine serves no number %s"):format(number))
end

--- Changes a file of the flows folder, as an editor does that saves it.
---@param options { file: string, replace: string, with: string } `replace` is plain text that is there once.
function edit(options)
  local example = 'edit { file = "concya/flow.lua", replace = "Welcome", with = "Good evening" }'
  options = want_options(options, { file = "string!", replace = "string!", with = "string!" }, example)
  before = {}
  for _, entry in ipairs(perform("status", {})) do
    before[entry.number] = entry
  end
  perform("edit", options)
end

--- Waits until what was edited answers new calls to a number: another version, or the one before a refused edit.
---@param number string
function wait_until_live(number)
  want(number, "string", 'wait_until_live("+14155550199")')
  local entry
  local live = poll(10, function()
    entry = status_of(number)
    return entry.error == "" and (entry.version ~= before[number].version or before[number].error ~= "")
  end)
  if not live then
    refuse(("expected the edit to go live on %s within 10 s, but %s"):format(
      number, entry.error ~= "" and "it was refused: " .. entry.error or "the version is still " .. entry.version))
  end
  perform("note", { of = number, text = "now answers with version " .. entry.version })
end

--- Waits until the engine refuses what was edited, and gives its report. The version before stays live.
---@param number string
---@return string
function wait_until_refused(number)
  want(number, "string", 'wait_until_refused("+14155550199")')
  local entry
  local refused = poll(10, function()
    entry = status_of(number)
    return entry.error ~= ""
  end)
  if not refused then
    refuse(("expected the edit for %s to be refused within 10 s, but it was not"):format(number))
  end
  if entry.version ~= before[number].version then
    refuse(("expected version %s to stay live, but it is %s"):format(before[number].version, entry.version))
  end
  perform("note", { of = number, text = ("keeps version %s, and reports:\n%s"):format(entry.version, entry.error) })
  return entry.error
end

--- Prints a line of the story.
---@param line string
function narrate(line)
  perform("narrate", { text = want(line, "string", 'narrate("A guest calls.")') })
end

-- What further words are made of: scenario_assistant.lua, scenario_web.lua.
return {
  perform = perform, refuse = refuse, want = want, want_options = want_options, show = show, flat = flat, poll = poll,
  Caller = Caller,
}
