---@meta _
--- On the line are the `caller` and whoever the flow rings: `dial`, `queue` and `refer` say what those do.
local parts = ...
local Call, telling = parts.test_call, parts.test_telling
local show = parts.test_world.show
local refuse, subject, want, want_options = telling.refuse, telling.subject, telling.want, telling.want_options
local begin, settle, going, waiting = telling.begin, telling.settle, telling.going, telling.waiting
local all_of, expect_heard = telling.all_of, telling.expect_heard
local contains, is_exactly, flat = telling.contains, telling.is_exactly, telling.flat

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
  local passes = is_exactly(call.heard, text)
  expect_heard(passes, call.heard, "the caller to hear exactly " .. show(text), "heard", call:state())
end

--- Hears what matches a Lua pattern: `caller:hears_match("%d+ slots")`.
---@param pattern string
function caller:hears_match(pattern)
  want(pattern, "string", 'caller:hears_match("%d+ slots")')
  local call = going()
  local matches = all_of(call.heard):find(pattern) ~= nil
  expect_heard(matches, call.heard, "the caller to hear what matches " .. show(pattern), "heard", call:state())
end

-- Where a text begins in what was heard from line `from` on, and how far into that line: the line and the byte after it.
local function find_told(told, text, from, after)
  for i = from, #told do
    local _, last = flat(told[i].text):find(flat(text), i == from and after or 1, true)
    if last then
      return i, last + 1
    end
  end
end

--- Has heard these texts in this order since the call began, whatever was said between them: a part of each, in any
--- case.
---
--- ```lua
--- caller:hears_in_order { "Welcome", "press 1" }
--- ```
---@param texts string[]
function caller:hears_in_order(texts)
  local example = 'caller:hears_in_order { "Welcome", "press 1" }'
  want(texts, "table", example)
  local call = going()
  local line, byte = 1, 1
  for i, text in ipairs(texts) do
    want(text, "string", example)
    local found, after = find_told(call.told, text, line, byte)
    if not found then
      telling.mark_lines({ call.told[line] })
      telling.current.world:fail(("expected the caller to hear %s%s, but %s"):format(show(text),
        i > 1 and " after " .. show(texts[i - 1]) or "",
        find_told(call.told, text, 1, 1) and "heard it before" or "did not: " .. call:state()))
    end
    line, byte = found, after
  end
end

--- Does not hear a text.
---@param text string
function caller:does_not_hear(text)
  want(text, "string", 'caller:does_not_hear("press 1")')
  local call = going()
  expect_heard(not contains(call.heard, text), call.heard, "the caller not to hear " .. show(text), "heard")
end

--- Says something while the flow listens for speech, or to the assistant.
---@param text string What the carrier understands.
---@param options? { confidence: number } From 0 to 1; 0.9 if not given.
function caller:says(text, options)
  local example = 'caller:says("a table for two", { confidence = 0.4 })'
  want(text, "string", example)
  options = want_options(options, { confidence = "number" }, example)
  local doing = "the caller says " .. show(text)
  local call = waiting({ gather = true, converse = true }, doing)
  if call.waits.kind == "converse" then
    return call.conversation:caller_does(text, doing)
  end
  if not call.waits.options.speech then
    telling.current.world:fail(("%s, but the flow listens for keys only (%s): add speech = true to its gather"):format(
      doing, call.waits.where))
  end
  telling.current.world:note(doing)
  call:answer({ speech = text, confidence = options.confidence or 0.9 })
end

--- Says something while the assistant speaks, which stops it. What it said counts as heard, up to `after`. At a `gather`,
--- cuts its prompt short.
---
--- ```lua
--- assistant:says("We have ten, eleven or two o'clock.")
--- caller:interrupts("Eleven!", { after = "We have ten, eleven" })
--- ```
---@param text string
---@param options? { after: string } How what the caller heard of the assistant's words begins and ends; all of them, if not given.
function caller:interrupts(text, options)
  local example = 'caller:interrupts("Eleven!", { after = "We have ten, eleven" })'
  want(text, "string", example)
  options = want_options(options, { after = "string" }, example)
  local doing = "the caller interrupts: " .. show(text)
  local call = waiting({ converse = true, gather = true }, doing)
  if call.waits.kind == "gather" then
    if call.waits.options.barge_in == false then
      telling.current.world:fail(("%s, but this prompt cannot be interrupted (barge_in = false at %s)"):format(
        doing, call.waits.where))
    end
    return caller:says(text)
  end
  local interrupted, why = call.conversation:interrupt(options.after)
  if not interrupted then
    telling.current.world:fail(doing .. ", but " .. why)
  end
  call.conversation:caller_does(text, doing)
end

local PATIENCE = { gather = 5, record = 5, collect_digits = 10 } -- seconds, unless the flow says otherwise

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

--- Presses keys while the flow waits for them, or a tool, or while the caller talks with the assistant, which is then told.
--- With fewer keys than are waited for, the timeout passes.
---@param keys string `0` to `9`, `*` and `#`: "1", "42#".
function caller:presses(keys)
  want(keys, "string", 'caller:presses("1")')
  if not keys:find("^[%d*#]+$") then
    refuse(("there is no key for %s: caller:presses takes 0 to 9, * and #"):format(show(keys)))
  end
  local doing = "the caller presses " .. keys
  local call = waiting({ gather = true, converse = true, collect_digits = true }, doing)
  local options, where = call.waits.options, call.waits.where
  if call.waits.kind == "converse" then
    return call.conversation:caller_does("[presses " .. keys .. "]", doing)
  end
  if options.dtmf == false then
    telling.current.world:fail(("%s, but the flow listens for speech only (%s)"):format(doing, where))
  end
  local taken, left, short = take_keys(keys, options)
  if left ~= "" then
    telling.current.world:fail(("%s, but the flow takes %s (%s): press %s after what the caller hears next"):format(
      doing, keys:sub(1, #keys - #left), where, left))
  end
  telling.current.world:note(doing)
  local seconds = short and (options.timeout or PATIENCE[call.waits.kind]) or 0
  if taken == "" then
    return call:answer(nil, "timeout", seconds)
  end
  call:answer({ digits = taken }, nil, seconds)
end

--- Says and presses nothing, until the flow's patience ends. In a conversation they are asked whether they are still
--- there, and with one more `says_nothing` than its `silence.times`, it is over.
function caller:says_nothing()
  local call = waiting({ gather = true, record = true, converse = true, collect_digits = true }, "the caller says nothing")
  telling.current.world:note("the caller says nothing")
  local kind = call.waits.kind
  if kind == "converse" then
    local done, why = call.conversation:silence()
    if not done then
      telling.current.world:fail("the caller says nothing, but " .. why)
    end
    return
  end
  call:answer(nil, kind == "record" and "silence" or "timeout", call.waits.options.timeout or PATIENCE[kind])
end

--- Leaves a recording while the flow records. With `digits = "hangup"` they hang up at its end: the flow goes on until it
--- needs them.
---@param options? { seconds: number, digits: string, url: string } How long (5 if not given), the key that ends it.
function caller:leaves_a_recording(options)
  local example = 'caller:leaves_a_recording({ seconds = 12, digits = "#" })'
  options = want_options(options, { seconds = "number", digits = "string", url = "string" }, example)
  local seconds = options.seconds or 5
  local call = waiting({ record = true }, "the caller leaves a recording")
  telling.current.world:note("the caller leaves a recording of " .. seconds .. " s")
  local sid = telling.current.world:new_id("RE")
  local recording = { url = options.url or "https://recordings.example/" .. sid, seconds = seconds, sid = sid }
  call.recordings[#call.recordings + 1] = { url = recording.url, seconds = seconds, sid = sid }
  recording.digits = options.digits
  call:answer(recording, nil, seconds)
end

--- Hangs up. The flow's handler ends, then `on_call_ended` runs.
function caller:hangs_up()
  local call = begin()
  if call.over then
    telling.current.world:fail("the caller hangs up, but " .. call.over)
  end
  call:hang_up()
end

local MOMENTS = { say = true, play = true, pause = true, gather = true, record = true, dial = true, enqueue = true,
  refer = true, converse = true, collect_digits = true, http = true, sms = true, kv = true, sleep = true }

--- Hangs up when the flow does this next, or at once if it is at it: a verb by its name, `"converse"`, or `"http"`,
--- `"sms"`, `"kv"`, `"sleep"` for what it does while the caller waits. The flow goes on until it needs the caller.
---
--- ```lua
--- caller:hangs_up_during("gather")
--- never:rings("+15550100")
--- ```
---@param moment string
function caller:hangs_up_during(moment)
  want(moment, "string", 'caller:hangs_up_during("converse")')
  if not MOMENTS[moment] then
    refuse(("%s is nothing that a flow does: %s"):format(show(moment), telling.instead(moment, MOMENTS)))
  end
  local call = telling.current.call
  if call and call.over then
    telling.current.world:fail("the caller hangs up, but " .. call.over)
  end
  if call and call.waits and call.waits.kind == moment then
    return call:hang_up()
  end
  telling.current.world.leaves_at = moment
  begin()
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
    telling.current.world:fail("expected " .. expectation .. ", but " .. call:state())
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
    telling.current.world:fail("expected " .. expectation .. ", but " .. call:state())
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
  local expectation = "the call to be rejected" .. (reason and " (" .. reason .. ")" or "")
  expect_end(ended_by("reject", "reason", reason), expectation)
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
    telling.current.world:fail("the caller calls again, but " .. call:state() .. ": write caller:hangs_up() before it")
  end
  telling.current.options, telling.current.call = telling.laid_over(telling.current.options, options), nil
  begin()
end

-- ── Those who are called ─────────────────────────────────────────────────────────────────────────────────────────

local function outcome(kind, doing, value, reason, seconds)
  local call = begin()
  if not (call.waits and call.waits.kind == kind) then
    telling.current.world:fail(doing .. ", but " .. call:state())
  end
  telling.current.world:note(doing)
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
  local seconds = options.seconds or telling.conversation_seconds
  outcome("dial", "the one called answers and talks for " .. seconds .. " s", {
    status = options.status or "completed",
    seconds = seconds,
    sid = telling.current.world:new_id("CA"),
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

--- Is answered by a voicemail or an answering machine, which the caller talks to. To the phone network that is an answer.
---@param options? { seconds: number } How long the caller talks to it: 20 if not given.
function dial:goes_to_voicemail(options)
  options = want_options(options, { seconds = "number" }, "dial:goes_to_voicemail({ seconds = 20 })")
  local seconds = options.seconds or 20
  outcome("dial", "a machine answers, and the caller talks to it for " .. seconds .. " s", {
    status = "completed",
    seconds = seconds,
    sid = telling.current.world:new_id("CA"),
  }, nil, seconds)
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
  local value = { result = options.result or "bridged", seconds = seconds, sid = telling.current.world:new_id("QU") }
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

return {
  caller = subject("caller", caller),
  dial = subject("dial", dial),
  queue = subject("queue", queue),
  refer = subject("refer", refer),
  take_keys = take_keys,
}
