---@meta _
--- Of the whole call speak `never`, which holds from its first moment to its last, wherever in the test it stands; `call`,
--- with its length and the TwiML that the carrier gets; and `cost`. `engine` and `carrier` say what goes wrong below a
--- flow, and that no caller notices.
---
--- ```lua
--- it("survives a crash of the engine", function(caller)
---   never:says("an error")
---   caller:hears("press 1")
---   engine:crashes()
---   caller:says_nothing()
---   caller:is_put_through_to("+15550100")
---   caller:hears_in_order { "Welcome", "press 1" }
---   cost:is_at_most { texts = 0, call_seconds = 70 }
--- end)
--- ```
local parts = ...
local host, World, telling = parts.host, parts.test_world, parts.test_telling
local show = World.show
local refuse, instead, subject, want = telling.refuse, telling.instead, telling.subject, telling.want
local begin, contains, flat = telling.begin, telling.contains, telling.flat

-- ── What must never happen ───────────────────────────────────────────────────────────────────────────────────────

--- What a flow must not do at any time in the test.
---@class TestNever
local never = {}

local function forbid(verb, expectation, fits)
  telling.current.world:forbid({ verb = verb, expectation = expectation, fits = fits, where = host.where() })
end

--- Is this said, played or replied: by the flow or by its assistant, a part of it, in any case.
---@param text string
function never:says(text)
  want(text, "string", 'never:says("an error")')
  forbid("says", "to say " .. show(text), function(said)
    return contains({ said }, text)
  end)
end

--- Is a text message sent: to this number, or to anybody.
---@param to? string
function never:texts(to)
  if to ~= nil then
    want(to, "string", 'never:texts("+15550100")')
  end
  forbid("texts", "to text " .. (to or "anybody"), function(receiver)
    return to == nil or receiver == to
  end)
end

--- Is a request made. Addresses are those of `network`.
---@param method string
---@param address string
function never:sends(method, address)
  local example = 'never:sends("DELETE", "https://crm.example/*")'
  want(method, "string", example)
  local wanted = World.address(want(address, "string", example))
  forbid("sends", "to send " .. method .. " " .. address, function(given_method, url)
    return given_method == method and World.addressed(wanted, method, url)
  end)
end

--- Is somebody rung: a number, or a client, SIP address, queue or conference by its name.
---@param name string
function never:rings(name)
  want(name, "string", 'never:rings("+15550100")')
  forbid("rings", "to ring " .. name, function(target)
    return target == name
  end)
end

--- Does the log get this: part of a message or of its fields, such as a card's number.
---@param text string
function never:logs(text)
  want(text, "string", 'never:logs("4111")')
  forbid("logs", "to log " .. show(text), function(line)
    return flat(line):find(flat(text), 1, true) ~= nil
  end)
end

-- ── The call ─────────────────────────────────────────────────────────────────────────────────────────────────────

--- The call as a whole: the latest one.
---@class TestCall
local call = {}

local function seconds_of(one)
  return (telling.current.world.now - one.info.started) / 1000
end

--- Has lasted no longer than this so far, by the test's clock.
---@param seconds number
function call:lasts_at_most(seconds)
  want(seconds, "number", "call:lasts_at_most(90)")
  local lasted = seconds_of(begin())
  if lasted > seconds then
    telling.current.world:fail(("expected the call to last at most %s s, but it lasts %s s"):format(seconds, lasted))
  end
end

--- Has lasted this long so far, at least.
---@param seconds number
function call:lasts_at_least(seconds)
  want(seconds, "number", "call:lasts_at_least(90)")
  local lasted = seconds_of(begin())
  if lasted < seconds then
    telling.current.world:fail(("expected the call to last at least %s s, but it lasts %s s"):format(seconds, lasted))
  end
end

--- Has rung somebody, at any time: a number, or a client, SIP address, queue or conference by its name.
---@param name string
function call:has_rung(name)
  want(name, "string", 'call:has_rung("+15550100")')
  begin()
  local rung = {}
  for _, event in ipairs(telling.current.world.happened) do
    if event.verb == "rings" then
      rung[#rung + 1] = event.texts[1]
      if event.texts[1] == name then
        return
      end
    end
  end
  telling.current.world:fail(("expected the flow to have rung %s, but it rang %s"):format(
    name, #rung > 0 and table.concat(rung, ", ") or "nobody"))
end

local ENDERS = { caller = true, flow = true }

--- Was ended by the caller, who hung up, or by the flow: it hung up, rejected the call or handed it to another server.
---@param who "caller"|"flow"
function call:was_ended_by(who)
  if not ENDERS[who] then
    refuse(('wants "caller" or "flow", but was given %s'):format(show(who)))
  end
  local one = begin()
  local by = one.over and (one.over == "the caller hung up" and "caller" or "flow")
  if by ~= who then
    telling.current.world:fail(("expected the call to be ended by the %s, but %s"):format(who, one:state()))
  end
end

-- A document with an element a line, as golden files have it.
local function in_lines(document)
  return (document:gsub("%s*\n%s*", ""):gsub(">%s*<", ">\n<"))
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line
  end
  return lines
end

-- The first line in which two documents differ, in words.
local function difference(is, wanted)
  local is_lines, wanted_lines = lines_of(is), lines_of(wanted)
  for i = 1, math.max(#is_lines, #wanted_lines) do
    if is_lines[i] ~= wanted_lines[i] then
      return ("line %d is\n  %s\nand not\n  %s"):format(i, is_lines[i] or "(nothing)", wanted_lines[i] or "(nothing)")
    end
  end
end

local function latest_document(example)
  local one = begin()
  if not one.sent then
    telling.current.world:fail("expected a document of TwiML, but the carrier has got none: " .. one:state())
  end
  local document, why = host.twiml(one.sent.asks, one.sent.number, one.sent.step, one.info.id)
  if not document then
    refuse(example .. ": " .. why)
  end
  return in_lines(document)
end

--- Has just sent the carrier this TwiML: the whole document that a real call would get. A text that begins with `<` is
--- the document itself, blanks between its elements left out, and its `<?xml …?>` if you like; anything else names a
--- golden file, `golden/NAME.xml` beside the test, which `switchhook test --update` writes: `call:twiml_is("greeting")`.
---
--- What differs in every call is always the same in it: the engine is at `https://voice.example.com`, and the token of a
--- media stream is `TOKEN`.
---@param golden string
function call:twiml_is(golden)
  local example = 'call:twiml_is("greeting")'
  want(golden, "string", example)
  local document = latest_document(example)
  local wanted = golden
  if not golden:find("^%s*<") then
    if golden:find("[^%w_-]") then
      refuse(("%s names no file: a golden file's name has letters, digits, - and _"):format(show(golden)))
    end
    if host.updates_golden() then
      return host.write_golden(golden, document .. "\n")
    end
    wanted = host.golden(golden)
    if not wanted then
      telling.current.world:fail(("there is no golden file %s.xml yet: %s"):format(
        golden, "run switchhook test --update, and look at what it writes"))
    end
  end
  if not wanted:find("^%s*<%?xml") then document = document:gsub("^<%?xml[^>]*>%s*", "") end
  local differs = difference(document, in_lines(wanted:match("^%s*(.-)%s*$")))
  if differs then
    telling.current.world:fail(("expected the TwiML %s, but %s"):format(
      golden == wanted and "as written" or show(golden), differs))
  end
end

-- ── What it costs ────────────────────────────────────────────────────────────────────────────────────────────────

--- What the test's calls and texts have used up so far.
---@class TestCost
local cost = {}

local measures = {
  call_seconds = function()
    return telling.current.call and seconds_of(telling.current.call) or 0
  end,
  texts = function(world)
    return #world.sent
  end,
  requests = function(world)
    return #world.requests
  end,
  replies = function(world)
    return world.spent.replies
  end,
  tokens = function(world)
    return world.spent.tokens
  end,
}

--- Is at most this: `call_seconds` of the latest call, `texts` and `requests` that the flow sent, `replies` of the
--- assistant, and its `tokens`, in and out. Tokens that `assistant:says` does not tell are taken at four bytes each, the
--- whole conversation for every reply: enough to see instructions or results of tools that grow.
---
--- ```lua
--- cost:is_at_most { replies = 6, tokens = 9000, texts = 1 }
--- ```
---@param limits { call_seconds: number, texts: integer, requests: integer, replies: integer, tokens: integer }
function cost:is_at_most(limits)
  want(limits, "table", "cost:is_at_most { texts = 1, tokens = 9000 }")
  for name, most in pairs(limits) do
    if not measures[name] then
      refuse(("the cost has no %s: %s"):format(show(name), instead(name, measures)))
    end
    local spent = measures[name](telling.current.world)
    if spent > want(most, "number", "cost:is_at_most { " .. name .. " = 1 }") then
      telling.current.world:fail(("expected at most %s %s, but it is %s"):format(most, (name:gsub("_", " ")), spent))
    end
  end
end

-- ── Below the flow ───────────────────────────────────────────────────────────────────────────────────────────────

-- Rebuilds the run of the call or text that goes on, as another process would.
local function rebuild(doing)
  local text = telling.current.text
  local one = text and text.waits and text or begin()
  if one.over then
    telling.current.world:fail(doing .. ", but " .. one.over)
  end
  local line = telling.current.world:note(doing)
  local difference_found = host.rebuild(one.run)
  if difference_found then
    line.marked = true
    telling.current.world:fail(difference_found)
  end
end

--- The engine, or the machine that it runs on.
---@class TestEngine
local engine = {}

--- Ends in the middle of the call, without a word. The call goes on in another process: its run is built anew from the
--- answers that were journaled, and must come to the same place. What the flow did before is not done again.
function engine:crashes()
  rebuild("the engine crashes, and another one goes on")
end

--- The carrier.
---@class TestCarrier
local carrier = {}

--- Sends its latest webhook a second time, as when the reply to it was lost, and to another engine. That makes the same
--- document again, from the same answers; nothing that the flow did is done again.
function carrier:repeats()
  rebuild("the carrier sends its latest webhook again")
end

-- A moment at which the caller was to hang up, and that never came, is a mistake of the test.
local function expect_departure()
  local moment = telling.current.world.leaves_at
  if moment then
    telling.current.world:fail(("the caller was to hang up during %s, but the flow did not come to it"):format(show(moment)))
  end
end

return {
  words = {
    never = subject("never", never),
    call = subject("call", call),
    cost = subject("cost", cost),
    engine = subject("engine", engine),
    carrier = subject("carrier", carrier),
  },
  expect_departure = expect_departure,
}
