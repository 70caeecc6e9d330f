--- Flow tests: a call's transcript, told from the caller's side, run without a phone in milliseconds.
---
--- ```lua
--- -- flows/lexi/flow_test.lua
--- local it = test.flow("lexi")
---
--- it("rings the front desk when the caller is silent", function(caller)
---   caller:hears("press 1")
---   caller:says_nothing()
---   caller:is_put_through_to("+15550100")
--- end)
--- ```
---
--- A test starts with nothing kept, no reply from any network and the clock at Monday, 2026-03-02 15:00 UTC. The call
--- begins at the first line about the caller; what a flow finds out there (`network:replies`, `store:set`, `at`) is
--- written above it. The flow runs until it waits for somebody, so all that it does before is done when the test's
--- line returns. Whoever the flow rings answers and talks for a minute, unless a line after `is_put_through_to` says
--- otherwise. A test may end while the flow still waits: the caller then hangs up. `on_call_ended` runs in every test,
--- and what it asks for can be checked after the line that ended the call. A flow that breaks fails its test.
---
--- After a test has passed, its calls are run again from their own answers, as after a crash of the engine; a flow that
--- then asks for anything else fails the test.
local host, World, Call = ...

local show = World.show

local current -- the test that runs: { world =, flow =, options =, call =, text = }
local tests = {} -- what `it` was given, in order
local preparations = {} -- what `test.before_each` was given, in order

-- ── Wrong words ──────────────────────────────────────────────────────────────────────────────────────────────────

-- Raises at the author's line. What is wrong in the test itself fails it like any other failure.
local function refuse(message)
  if current then
    current.world:fail(message)
  end
  error((host.where() or "?") .. ": " .. message, 0)
end

-- What to write instead of a word that is not known.
local function instead(word, known)
  local names = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  table.sort(names)
  return host.did_you_mean(tostring(word), names)
end

-- What the test speaks of: its verbs refuse to be called with a dot or outside of a test, and to be misspelt.
local function subject(name, verbs)
  local guarded = {}
  local self = {}
  for verb, perform in pairs(verbs) do
    guarded[verb] = function(first, ...)
      if type(first) ~= "table" then
        refuse(("write %s:%s(…), with a colon"):format(name, verb))
      end
      if not current then
        refuse(("%s:%s(…) belongs inside of a test: it(\"…\", function(caller) … end)"):format(name, verb))
      end
      return perform(first, ...)
    end
  end
  return setmetatable(self, {
    __index = function(_, verb)
      if type(verb) ~= "string" then
        return nil
      end
      return guarded[verb] or refuse(("%s:%s is not known: %s"):format(name, verb, instead(verb, verbs)))
    end,
    __newindex = function()
      refuse(name .. " cannot be changed: keep what you need in a local")
    end,
    __metatable = false,
  })
end

local function want(value, kind, example)
  if type(value) ~= kind then
    local plain = { string = show, number = show, boolean = show }
    local given = plain[type(value)] and show(value) or value == nil and "nothing" or "a " .. type(value)
    refuse(("wants a %s, as in %s, but was given %s"):format(kind, example, given))
  end
  return value
end

local function want_options(options, known, example)
  if options == nil then
    return {}
  end
  for key in pairs(want(options, "table", example)) do
    if not known[key] then
      refuse(("option %s is not known: %s"):format(tostring(key), instead(key, known)))
    end
  end
  for key, kind in pairs(known) do
    if options[key] ~= nil and kind ~= true then
      want(options[key], kind, example)
    end
  end
  return options
end

-- ── The call that the test tells ─────────────────────────────────────────────────────────────────────────────────

local CALLER, BUSINESS = "+12025550142", "+12025550199"

local function new_info(prefix)
  local options = current.options
  return {
    id = current.world:new_id(prefix),
    from = options.from or CALLER,
    to = options.to or BUSINESS,
    settings = options.settings or {},
    caller = options.caller or {},
  }
end

local function begin()
  if not current.call then
    current.call = Call.new(current.world, current.flow, "on_call", new_info("CA"))
    current.world:note(current.call.info.from .. " calls " .. current.call.info.to)
    current.call:start()
  end
  return current.call
end

local conversation = { seconds = 60 }

-- Lets whoever answered hang up, where the test saw the two connected and said no more of it.
local function settle(call)
  if call.expected and call.waits then
    local kind = call.waits.kind
    if kind == "dial" then
      current.world:note("they talk for 60 s")
      call:answer({ status = "completed", seconds = 60, sid = current.world:new_id("CA") }, nil, conversation.seconds)
    elseif kind == "enqueue" then
      current.world:note("somebody takes the call from the queue")
      call:answer({ result = "bridged", seconds = 60, sid = current.world:new_id("QU") }, nil, conversation.seconds)
    elseif kind == "refer" then
      call:answer({ status = "completed" })
    end
  end
  return call
end

local function going()
  return settle(begin())
end

-- The call, waiting at one of these kinds; otherwise the test fails.
local function waiting(kinds, doing)
  local call = going()
  if not (call.waits and kinds[call.waits.kind]) then
    current.world:fail(("%s, but %s"):format(doing, call:state()))
  end
  return call
end

-- ── What is heard and read ───────────────────────────────────────────────────────────────────────────────────────

local function flat(text)
  return (text:gsub("%s+", " "):lower())
end

local function all_of(heard)
  return table.concat(heard, " ")
end

local function says_what(heard, verb, otherwise)
  if #heard == 0 then
    return "but " .. verb .. " nothing" .. (otherwise and ": " .. otherwise or "")
  end
  return "but " .. verb .. ": " .. show(all_of(heard))
end

local function mark(heard)
  for _, line in ipairs(current.world.lines) do
    line.marked = line.heard == heard
  end
end

local function expect_heard(passes, heard, expectation, verb, otherwise)
  if not passes then
    mark(heard)
    current.world:fail("expected " .. expectation .. ", " .. says_what(heard, verb, otherwise))
  end
end

local function contains(heard, text)
  return flat(all_of(heard)):find(flat(text), 1, true) ~= nil
end

local function is_exactly(heard, text)
  for _, part in ipairs(heard) do
    if part == text then
      return true
    end
  end
  return all_of(heard) == text
end

-- ── The caller ───────────────────────────────────────────────────────────────────────────────────────────────────

--- The caller. Everything `hears` looks at is what was said and played since the caller last did something.
---@class TestCaller
local caller = {}

--- Hears a text: part of what is said, in any case. What is played counts with its address.
---@param text string
function caller:hears(text)
  want(text, "string", 'caller:hears("press 1")')
  local call = going()
  expect_heard(contains(call.heard, text), call.heard, "the caller to hear " .. show(text), "heard", call:state())
end

--- Hears exactly this text, as one thing said or as all of them.
---@param text string
function caller:hears_exactly(text)
  want(text, "string", 'caller:hears_exactly("Goodbye.")')
  local call = going()
  expect_heard(is_exactly(call.heard, text), call.heard, "the caller to hear exactly " .. show(text), "heard", call:state())
end

--- Hears what matches a Lua pattern: `caller:hears_match("%d+ slots")`.
---@param pattern string
function caller:hears_match(pattern)
  want(pattern, "string", 'caller:hears_match("%d+ slots")')
  local call = going()
  local matches = all_of(call.heard):find(pattern) ~= nil
  expect_heard(matches, call.heard, "the caller to hear what matches " .. show(pattern), "heard", call:state())
end

--- Does not hear a text.
---@param text string
function caller:does_not_hear(text)
  want(text, "string", 'caller:does_not_hear("press 1")')
  local call = going()
  expect_heard(not contains(call.heard, text), call.heard, "the caller not to hear " .. show(text), "heard")
end

--- Says something while the flow listens for speech.
---@param text string What the carrier understands.
---@param options? { confidence: number } From 0 to 1; 0.9 if not given.
function caller:says(text, options)
  local example = 'caller:says("a table for two", { confidence = 0.4 })'
  want(text, "string", example)
  options = want_options(options, { confidence = "number" }, example)
  local doing = "the caller says " .. show(text)
  local call = waiting({ gather = true }, doing)
  if not call.waits.options.speech then
    current.world:fail(("%s, but the flow listens for keys only (%s): add speech = true to its gather"):format(
      doing, call.waits.where))
  end
  current.world:note(doing)
  call:answer({ speech = text, confidence = options.confidence or 0.9 })
end

-- What of the keys a gather takes, what is left over, and whether it still waits for more.
local function take_keys(keys, options)
  local finish = options.finish_on_key or "#"
  local taken = ""
  for i = 1, #keys do
    local key = keys:sub(i, i)
    if key == finish then
      return taken, keys:sub(i + 1), false
    end
    taken = taken .. key
    if #taken == options.digits then
      return taken, keys:sub(i + 1), false
    end
  end
  return taken, "", true
end

--- Presses keys while the flow waits for them. With fewer keys than it waits for, its timeout passes.
---@param keys string `0` to `9`, `*` and `#`: "1", "42#".
function caller:presses(keys)
  want(keys, "string", 'caller:presses("1")')
  if not keys:find("^[%d*#]+$") then
    refuse(("there is no key for %s: caller:presses takes 0 to 9, * and #"):format(show(keys)))
  end
  local doing = "the caller presses " .. keys
  local call = waiting({ gather = true }, doing)
  local options, where = call.waits.options, call.waits.where
  if options.dtmf == false then
    current.world:fail(("%s, but the flow listens for speech only (%s)"):format(doing, where))
  end
  local taken, left, short = take_keys(keys, options)
  if left ~= "" then
    current.world:fail(("%s, but the flow takes %s (%s): press %s after what the caller hears next"):format(
      doing, keys:sub(1, #keys - #left), where, left))
  end
  current.world:note(doing)
  local seconds = short and (options.timeout or 5) or 0
  if taken == "" then
    return call:answer(nil, "timeout", seconds)
  end
  call:answer({ digits = taken }, nil, seconds)
end

--- Says and presses nothing, until the flow's patience ends.
function caller:says_nothing()
  local call = waiting({ gather = true, record = true }, "the caller says nothing")
  current.world:note("the caller says nothing")
  local reason = call.waits.kind == "gather" and "timeout" or "silence"
  call:answer(nil, reason, call.waits.options.timeout or 5)
end

--- Leaves a recording while the flow records.
---@param options? { seconds: number, digits: string, url: string } How long (5 if not given), the key that ends it.
function caller:leaves_a_recording(options)
  local example = 'caller:leaves_a_recording({ seconds = 12, digits = "#" })'
  options = want_options(options, { seconds = "number", digits = "string", url = "string" }, example)
  local seconds = options.seconds or 5
  local call = waiting({ record = true }, "the caller leaves a recording")
  current.world:note("the caller leaves a recording of " .. seconds .. " s")
  local sid = current.world:new_id("RE")
  local recording = { url = options.url or "https://recordings.example/" .. sid, seconds = seconds, sid = sid }
  call.recordings[#call.recordings + 1] = { url = recording.url, seconds = seconds, sid = sid }
  recording.digits = options.digits
  call:answer(recording, nil, seconds)
end

--- Hangs up. The flow's handler ends, then `on_call_ended` runs.
function caller:hangs_up()
  local call = begin()
  if call.over then
    current.world:fail("the caller hangs up, but " .. call.over)
  end
  call:hang_up()
end

local function is_target(target, name)
  if Call.target_name(target) == name then
    return true
  end
  for noun, value in pairs(target) do
    if type(value) == "string" and noun .. ":" .. value == name then
      return true
    end
  end
  return false
end

local function dials(call, name)
  if call.waits and call.waits.kind == "dial" then
    for _, target in ipairs(call.waits.options.to) do
      if is_target(target, name) then
        return true
      end
    end
  end
  return false
end

-- Expects the flow to have got to a wait; an earlier one that the test saw is over by then.
local function expect_wait(found, expectation)
  local call = begin()
  if not found(call) then
    settle(call)
  end
  if not found(call) then
    current.world:fail("expected " .. expectation .. ", but " .. call:state())
  end
  call.expected = true
end

--- Is being put through to somebody: a number, or a client, SIP address, queue or conference by its name. They answer
--- and talk for a minute, unless the next line is `dial:is_busy()` or the like.
---@param name string
function caller:is_put_through_to(name)
  want(name, "string", 'caller:is_put_through_to("+15550100")')
  expect_wait(function(call)
    return dials(call, name)
  end, "the caller to be put through to " .. name)
end

--- Waits in a queue. Somebody takes the call, unless the next line is `queue:is_full()` or the like.
---@param name string
function caller:is_queued_in(name)
  want(name, "string", 'caller:is_queued_in("support")')
  expect_wait(function(call)
    local waits = call.waits
    return waits and waits.kind == "enqueue" and (waits.options.queue or waits.options.workflow_sid) == name
  end, "the caller to be queued in " .. show(name))
end

--- Is sent to another SIP address. That works, unless the next line is `refer:fails()`.
---@param sip string
function caller:is_referred_to(sip)
  want(sip, "string", 'caller:is_referred_to("sip:desk@pbx.example")')
  expect_wait(function(call)
    return call.waits and call.waits.kind == "refer" and call.waits.options.sip == sip
  end, "the caller to be referred to " .. sip)
end

-- Expects the flow to have ended the call in this way.
local function expect_end(passes, expectation)
  local call = going()
  if not (call.over and passes(call)) then
    current.world:fail("expected " .. expectation .. ", but " .. call:state())
  end
end

--- Is hung up on: the flow said so, or has nothing more to do.
function caller:is_hung_up()
  expect_end(function(call)
    return call.over == "the flow hung up"
  end, "the flow to hang up")
end

local function ended_by(kind, key, value)
  return function(call)
    local ending = call.ending
    return ending and ending.kind == kind and (value == nil or (ending.options[key] or "rejected") == value)
  end
end

--- Is rejected: the call is never answered.
---@param reason? "rejected"|"busy" Either, if not given.
function caller:is_rejected(reason)
  if reason ~= nil and reason ~= "rejected" and reason ~= "busy" then
    refuse(('wants "rejected" or "busy", but was given %s'):format(show(reason)))
  end
  expect_end(ended_by("reject", "reason", reason), "the call to be rejected" .. (reason and " (" .. reason .. ")" or ""))
end

--- Is handed to another server.
---@param url string
function caller:is_redirected_to(url)
  want(url, "string", 'caller:is_redirected_to("https://pbx.example/voice")')
  expect_end(ended_by("redirect", "url", url), "the call to be redirected to " .. url)
end

--- Is let out of the queue.
function caller:leaves_the_queue()
  expect_end(ended_by("leave"), "the flow to take the caller out of the queue")
end

--- Calls again when the first call is over: what the business kept is still there.
---@param options? { from: string, to: string, settings: table, caller: table } What differs from the test's own.
function caller:calls_again(options)
  local known = { from = "string", to = "string", settings = "table", caller = "table" }
  options = want_options(options, known, 'caller:calls_again({ from = "+12025550143" })')
  local call = going()
  if not call.over then
    current.world:fail("the caller calls again, but " .. call:state() .. ": write caller:hangs_up() before it")
  end
  local merged = {}
  for key, value in pairs(current.options) do
    merged[key] = value
  end
  for key, value in pairs(options) do
    merged[key] = value
  end
  current.options, current.call = merged, nil
  begin()
end

-- ── Those who are called ─────────────────────────────────────────────────────────────────────────────────────────

local function outcome(kind, doing, value, reason, seconds)
  local call = begin()
  if not (call.waits and call.waits.kind == kind) then
    current.world:fail(doing .. ", but " .. call:state())
  end
  current.world:note(doing)
  call:answer(value, reason, seconds)
end

--- Whoever the flow rings.
---@class TestDial
local dial = {}

--- Answers, talks with the caller and hangs up.
---@param options? { seconds: number, recording: string, status: string } How long they talk: 60 if not given.
function dial:answers(options)
  local known = { seconds = "number", recording = "string", status = "string" }
  options = want_options(options, known, "dial:answers({ seconds = 90 })")
  local seconds = options.seconds or conversation.seconds
  outcome("dial", "the one called answers and talks for " .. seconds .. " s", {
    status = options.status or "completed",
    seconds = seconds,
    sid = current.world:new_id("CA"),
    recording = options.recording,
  }, nil, seconds)
end

--- Is on the phone already.
function dial:is_busy()
  outcome("dial", "the one called is busy", nil, "busy")
end

--- Lets it ring until the flow's patience ends.
function dial:does_not_answer()
  local call = begin()
  local seconds = call.waits and call.waits.options.timeout or 30
  outcome("dial", "the one called does not answer", nil, "no_answer", seconds)
end

--- Cannot be reached: a wrong number, a network out of order.
function dial:fails()
  outcome("dial", "the one called cannot be reached", nil, "failed")
end

--- Is not rung any longer: the ringing was called off.
function dial:is_canceled()
  outcome("dial", "the ringing is called off", nil, "canceled")
end

--- Whispers a text to the one called, before the two are connected.
---@param text string Part of it.
function dial:whispers(text)
  want(text, "string", 'dial:whispers("a call for the kitchen")')
  local call = begin()
  local passes = contains(call.whispered, text)
  expect_heard(passes, call.whispered, "the one called to hear " .. show(text), "heard", call:state())
end

--- Those who take calls from a queue.
---@class TestQueue
local queue = {}

--- Takes the caller out of the queue and talks with them.
---@param options? { seconds: number, result: string } How long they waited (60 if not given), and how it ended.
function queue:answers(options)
  options = want_options(options, { seconds = "number", result = "string" }, "queue:answers({ seconds = 30 })")
  local seconds = options.seconds or 60
  local value = { result = options.result or "bridged", seconds = seconds, sid = current.world:new_id("QU") }
  outcome("enqueue", "somebody takes the call from the queue after " .. seconds .. " s", value, nil, seconds)
end

--- Turns the caller away: too many wait.
function queue:is_full()
  outcome("enqueue", "the queue is full", nil, "queue_full")
end

--- Does not work.
function queue:fails()
  outcome("enqueue", "the queue fails", nil, "error")
end

--- The SIP address that a call is referred to.
---@class TestRefer
local refer = {}

--- Takes the call.
function refer:succeeds()
  outcome("refer", "the call is taken over", { status = "completed" })
end

--- Does not take the call.
function refer:fails()
  outcome("refer", "the call is not taken over", nil, "failed")
end

-- ── The world around ─────────────────────────────────────────────────────────────────────────────────────────────

-- Whether something holds now, or once the conversation that the test saw begin is over.
local function holds(check)
  if check() then
    return true
  end
  if current.call and current.call.expected and current.call.waits then
    settle(current.call)
    return check()
  end
  return false
end

local function list(items, describe, none)
  if #items == 0 then
    return none
  end
  local texts = {}
  for i, item in ipairs(items) do
    texts[i] = describe(item)
  end
  return table.concat(texts, ", ")
end

--- Whatever answers the flow's `http`. Addresses are whole, `*` in them stands for any text, and a method before them
--- means that one only: `"POST https://crm.example/*"`.
---@class TestNetwork
local network = {}

--- Replies to requests from here on. A later line goes before an earlier one.
---@param address string
---@param reply? { status: integer, json: any, body: string, headers: table<string, string> } Status 200 if not given.
function network:replies(address, reply)
  local example = 'network:replies("https://crm.example/*", { status = 200, json = { name = "Ann" } })'
  want(address, "string", example)
  local known = { status = "number", json = true, body = "string", headers = "table" }
  reply = want_options(reply, known, example)
  local stubs = current.world.stubs
  stubs[#stubs + 1] = {
    address = World.address(address),
    status = reply.status or 200,
    json = reply.json,
    body = reply.body,
    headers = reply.headers,
  }
end

local reasons = { timeout = true, unreachable = true, refused = true, too_large = true, certificate = true }

--- Fails requests from here on.
---@param address string
---@param reason? "timeout"|"unreachable"|"refused"|"too_large"|"certificate" `unreachable` if not given.
function network:fails(address, reason)
  want(address, "string", 'network:fails("https://crm.example/*", "unreachable")')
  if reason ~= nil and not reasons[reason] then
    refuse(("no request fails for %s: %s"):format(show(reason), instead(reason, reasons)))
  end
  local stubs = current.world.stubs
  stubs[#stubs + 1] = { address = World.address(address), reason = reason or "unreachable" }
end

--- Takes this long from here on. The request times out where the flow waits less.
---@param address string
---@param seconds number
function network:is_slow(address, seconds)
  local example = 'network:is_slow("https://crm.example/*", 12)'
  want(address, "string", example)
  local stubs = current.world.stubs
  stubs[#stubs + 1] = { address = World.address(address), seconds = want(seconds, "number", example) }
end

-- True if every part that the test names is in what was sent; text is compared whole, tables key by key.
local function includes(sent, wanted)
  if type(wanted) ~= "table" or type(sent) ~= "table" then
    return World.same(sent, wanted)
  end
  for key, value in pairs(wanted) do
    if not includes(sent[key], value) then
      return false
    end
  end
  return true
end

local function describe_request(request)
  local with = request.json ~= nil and request.json or request.body
  return request.method .. " " .. request.url .. (with ~= nil and " with " .. show(with) or "")
end

local function requested(method, address, with)
  local wanted = World.address(address)
  return function()
    for _, request in ipairs(current.world.requests) do
      if request.method == method and World.addressed(wanted, method, request.url) and includes(request, with) then
        return true
      end
    end
    return false
  end
end

--- Was sent a request, at any time in the test.
---@param method string
---@param address string
---@param with? { json: any, body: string, headers: table<string, string> } What it contained, at least.
function network:was_sent(method, address, with)
  local example = 'network:was_sent("POST", "https://crm.example/calls", { json = { name = "Ann" } })'
  want(method, "string", example)
  want(address, "string", example)
  with = want_options(with, { json = true, body = "string", headers = "table" }, example)
  if not holds(requested(method, address, with)) then
    current.world:fail(("expected the flow to send %s %s%s, but it sent %s"):format(
      method, address, next(with) and " with " .. show(with.json or with.body or with.headers) or "",
      list(current.world.requests, describe_request, "nothing")))
  end
end

--- Was not sent a request, up to here.
---@param method string
---@param address string
function network:was_not_sent(method, address)
  local example = 'network:was_not_sent("POST", "https://crm.example/calls")'
  want(method, "string", example)
  want(address, "string", example)
  if requested(method, address, {})() then
    current.world:fail(("expected the flow not to send %s %s, but it did"):format(method, address))
  end
end

--- The text messages that the flow sends with `sms`.
---@class TestSms
local sms = {}

local function describe_message(message)
  return show(message.body) .. " to " .. message.to
end

local function texted(to, text)
  return function()
    for _, message in ipairs(current.world.sent) do
      if message.to == to and (text == nil or contains({ message.body }, text)) then
        return true
      end
    end
    return false
  end
end

--- Was sent, at any time in the test.
---@param to string
---@param text? string Part of it, in any case.
function sms:was_sent(to, text)
  local example = 'sms:was_sent("+15550100", "your table is booked")'
  want(to, "string", example)
  if text ~= nil then
    want(text, "string", example)
  end
  if not holds(texted(to, text)) then
    current.world:fail(("expected the flow to text %s%s, but it sent %s"):format(
      to, text and " " .. show(text) or "", list(current.world.sent, describe_message, "no text")))
  end
end

--- Was not sent, up to here.
---@param to? string Nobody, if not given.
function sms:was_not_sent(to)
  for _, message in ipairs(current.world.sent) do
    if to == nil or message.to == to then
      current.world:fail("expected the flow to send no text, but it sent " .. describe_message(message))
    end
  end
end

local refusals = { opted_out = true, not_configured = true, failed = true }

--- Cannot be sent from here on.
---@param to? string To this number; to any, if not given.
---@param reason? "opted_out"|"not_configured"|"failed" `failed` if not given.
function sms:fails(to, reason)
  if to ~= nil then
    want(to, "string", 'sms:fails("+15550100", "opted_out")')
  end
  if reason ~= nil and not refusals[reason] then
    refuse(("no text fails for %s: %s"):format(show(reason), instead(reason, refusals)))
  end
  current.world.refused[to or "*"] = reason or "failed"
end

--- What the business keeps with `kv`: empty when a test begins.
---@class TestStore
local store = {}

--- Holds a value under a key; any value, if none is given.
---@param key string
---@param value? any
function store:has(key, value)
  want(key, "string", 'store:has("visits/+15550142", 2)')
  local passes = holds(function()
    local kept = current.world:get(key)
    return kept ~= nil and (value == nil or World.same(kept, value))
  end)
  if not passes then
    local kept = current.world:get(key)
    current.world:fail(("expected the store to hold %s%s, but it holds %s"):format(
      show(key), value ~= nil and " = " .. show(value) or "", kept ~= nil and show(kept) or "nothing there"))
  end
end

--- Holds nothing under a key.
---@param key string
function store:lacks(key)
  want(key, "string", 'store:lacks("visits/+15550142")')
  local kept = current.world:get(key)
  if kept ~= nil then
    current.world:fail(("expected the store to hold nothing at %s, but it holds %s"):format(show(key), show(kept)))
  end
end

--- Holds a value from here on.
---@param key string
---@param value any
function store:set(key, value)
  want(key, "string", 'store:set("visits/+15550142", 2)')
  current.world:set(key, value)
end

--- The test's clock. Waiting moves it on: a timeout of 5 seconds takes 5 seconds of it, and no time at all.
---@class TestClock
local clock = {}

--- Moves on by some seconds.
---@param seconds number
function clock:advance(seconds)
  if want(seconds, "number", "clock:advance(3600)") < 0 then
    refuse("time does not go back: clock:advance takes seconds from 0 up")
  end
  current.world:advance(seconds)
end

--- What time it is, as `os.time()` counts.
---@return integer
function clock:now()
  return math.floor(current.world.now / 1000)
end

--- Sets the test's clock.
---
--- ```lua
--- at("2026-03-02 22:30", "America/New_York")
--- ```
---@param time string "2026-03-02 22:30", with seconds if they matter.
---@param zone? string The time zone by its IANA name; UTC if not given.
local function at(time, zone)
  local example = 'at("2026-03-02 22:30", "America/New_York")'
  if not current then
    refuse("at(…) belongs inside of a test: it(\"…\", function(caller) … end)")
  end
  want(time, "string", example)
  if zone ~= nil then
    want(zone, "string", example)
  end
  local year, month, day, hour, minute, rest = time:match("^(%d%d%d%d)%-(%d%d)%-(%d%d) (%d%d):(%d%d)(.*)$")
  local second = rest == "" and "0" or rest and rest:match("^:(%d%d)$")
  if not second then
    refuse(("%s is not a time: write it as %s"):format(show(time), example))
  end
  local moment, why = host.time(tonumber(year), tonumber(month), tonumber(day), tonumber(hour), tonumber(minute),
    tonumber(second), zone or "UTC")
  if not moment then
    refuse(why)
  end
  if moment < current.world.now and #current.world.lines > 0 then
    refuse("time does not go back: at(…) comes before the call, or says a later time")
  end
  current.world:set_time(moment)
end

-- ── Text messages ────────────────────────────────────────────────────────────────────────────────────────────────

--- Somebody who sends text messages. Everything `receives` looks at came back for the latest one.
---@class TestTexter
local texter = {}

--- Sends a text message to the business.
---@param body string
---@param options? { media: { url: string, type: string }[] }
function texter:sends(body, options)
  local example = 'texter:sends("HOURS")'
  want(body, "string", example)
  options = want_options(options, { media = "table" }, example)
  local info = new_info("SM")
  info.message = { body = body, media = options.media or {} }
  current.world:note(info.from .. " texts " .. show(body))
  current.text = Call.new(current.world, current.flow, "on_message", info)
  current.text:start()
end

local function latest_text(verb)
  if not current.text then
    refuse(('nobody has sent a text yet: write texter:sends("…") before texter:%s'):format(verb))
  end
  return current.text
end

--- Receives a reply: part of it, in any case.
---@param text string
function texter:receives(text)
  want(text, "string", 'texter:receives("We are open")')
  local heard = latest_text("receives").heard
  expect_heard(contains(heard, text), heard, "the texter to receive " .. show(text), "received")
end

--- Receives exactly this reply.
---@param text string
function texter:receives_exactly(text)
  want(text, "string", 'texter:receives_exactly("Goodbye.")')
  local heard = latest_text("receives_exactly").heard
  expect_heard(is_exactly(heard, text), heard, "the texter to receive exactly " .. show(text), "received")
end

--- Receives a picture.
---@param url string
function texter:receives_media(url)
  want(url, "string", 'texter:receives_media("https://cdn.example/map.png")')
  local media = latest_text("receives_media").media
  for _, one in ipairs(media) do
    if one == url then
      return
    end
  end
  current.world:fail(("expected the texter to receive the picture %s, but received %s"):format(url, list(media, tostring, "none")))
end

--- Receives no reply.
function texter:receives_nothing()
  local text = latest_text("receives_nothing")
  expect_heard(#text.heard == 0, text.heard, "the texter to receive nothing", "received")
end

-- ── Tests ────────────────────────────────────────────────────────────────────────────────────────────────────────

local option_types = { from = "string", to = "string", settings = "table", caller = "table", at = "string", zone = "string" }

--- What a test may differ in.
---@class TestOptions
---@field from? string Who calls or texts: "+12025550142" if not given.
---@field to? string The business's number: "+12025550199" if not given.
---@field settings? table Laid over the flow's settings, as a number's own are in numbers.lua.
---@field caller? table What the carrier knows of the caller: name, city, state, zip, country.
---@field at? string When the test begins: see `at`.
---@field zone? string The time zone of `at`.

local test = {}

--- Begins the tests of a flow: gives the function `it` that takes each of them.
---
--- ```lua
--- local it = test.flow("lexi")
--- it("greets", function(caller) caller:hears("Welcome") end)
--- it("greets in Spanish", { settings = { language = "es-US" } }, function(caller) caller:hears("Hola") end)
--- ```
---@param name string The flow's folder.
---@param defaults? TestOptions For each of its tests.
---@return fun(name: string, options: TestOptions|fun(caller: TestCaller), body?: fun(caller: TestCaller))
function test.flow(name, defaults)
  want(name, "string", 'test.flow("lexi")')
  defaults = want_options(defaults, option_types, 'test.flow("lexi", { from = "+12025550142" })')
  local flow, why = host.flow(name)
  if not flow then
    refuse(why)
  end
  return function(title, options, body)
    local example = 'it("greets", function(caller) caller:hears("Welcome") end)'
    want(title, "string", example)
    if type(options) == "function" then
      options, body = nil, options
    end
    want(body, "function", example)
    if current then
      refuse("a test cannot contain a test: write it(…) below the other's end)")
    end
    local merged = {}
    for key, value in pairs(defaults) do
      merged[key] = value
    end
    options = want_options(options, option_types, 'it("greets", { from = "+12025550142" }, function(caller) … end)')
    for key, value in pairs(options) do
      merged[key] = value
    end
    tests[#tests + 1] = { name = title, flow = name, options = merged, body = body, where = host.where() }
  end
end

--- Runs before each test of the file, as for what most of them need: `network:replies`, `store:set`, `at`.
---@param prepare fun()
function test.before_each(prepare)
  preparations[#preparations + 1] = want(prepare, "function", "test.before_each(function() at(\"2026-03-02 22:30\") end)")
end

setmetatable(test, {
  __index = function(_, word)
    refuse(("test.%s is not known: %s"):format(tostring(word), instead(word, { flow = true, before_each = true })))
  end,
})

local speaker = subject("caller", caller)

local function perform(case)
  if case.options.at then
    at(case.options.at, case.options.zone)
  end
  for _, prepare in ipairs(preparations) do
    prepare()
  end
  case.body(speaker)
  -- A test may stop in the middle of a call: then the caller hangs up.
  if current.call and not current.call.over then
    current.call:hang_up()
  end
end

-- What the engine calls: the tests in order; one test, which gives its failure or nil; what happened in it.
local runner = { tests = tests }
local latest -- the world of the test that ran last

function runner.run(index)
  local case = tests[index]
  latest = World.new(case.where)
  current = { world = latest, flow = case.flow, options = case.options }
  local passed, raised = pcall(perform, case)
  current = nil
  if not passed and not latest.failure then
    latest.failure = tostring(raised)
    latest:note(latest.failure).marked = true
  end
  return latest.failure
end

function runner.transcript(note)
  if note then
    latest:note(note).marked = true
  end
  return latest:transcript()
end

-- What the author's file sees beside the language.
runner.words = {
  test = test,
  at = at,
  dial = subject("dial", dial),
  queue = subject("queue", queue),
  refer = subject("refer", refer),
  network = subject("network", network),
  sms = subject("sms", sms),
  store = subject("store", store),
  clock = subject("clock", clock),
  texter = subject("texter", texter),
}

return runner
