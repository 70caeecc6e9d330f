---@meta _
--- Around the call are the `network`, the time (`at`, `clock`), what the business keeps (`store`), the texts that the flow
--- sends (`sms`) and somebody who texts the business (`texter`).
local parts = ...
local host, World, Call, telling = parts.host, parts.test_world, parts.test_call, parts.test_telling
local show = World.show
local refuse, instead, subject, want = telling.refuse, telling.instead, telling.subject, telling.want
local want_options, new_info, settle = telling.want_options, telling.new_info, telling.settle
local expect_heard, mark_lines = telling.expect_heard, telling.mark_lines
local contains, is_exactly = telling.contains, telling.is_exactly
local includes = World.includes

-- ── The world around ─────────────────────────────────────────────────────────────────────────────────────────────

-- Whether something holds now, or once the conversation that the test saw begin is over.
local function holds(check)
  if check() then
    return true
  end
  if telling.current.call and telling.current.call.expected and telling.current.call.waits then
    settle(telling.current.call)
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

--- Replies to requests from here on. A later line goes before an earlier one; with `times`, only so many times, after
--- which an earlier one holds again.
---
--- ```lua
--- network:replies("https://crm.example/*")
--- network:replies("https://crm.example/*", { status = 503, times = 1 }) -- the first request fails, the second does not
--- ```
---@param address string
---@param reply? { status: integer, json: any, body: string, headers: table<string, string>, times: integer } Status 200 if not given.
function network:replies(address, reply)
  local example = 'network:replies("https://crm.example/*", { status = 200, json = { name = "Ann" } })'
  want(address, "string", example)
  local known = { status = "number", json = true, body = "string", headers = "table", times = "number" }
  reply = want_options(reply, known, example)
  local stubs = telling.current.world.stubs
  stubs[#stubs + 1] = {
    address = World.address(address),
    status = reply.status or 200,
    json = reply.json,
    body = reply.body,
    headers = reply.headers,
    times = reply.times or math.huge,
  }
end

local reasons = { timeout = true, unreachable = true, refused = true, too_large = true, certificate = true }

--- Fails requests from here on.
---@param address string
---@param reason? "timeout"|"unreachable"|"refused"|"too_large"|"certificate" `unreachable` if not given.
---@param options? { times: integer } How often; always, if not given.
function network:fails(address, reason, options)
  local example = 'network:fails("https://crm.example/*", "unreachable", { times = 1 })'
  want(address, "string", example)
  options = want_options(options, { times = "number" }, example)
  if reason ~= nil and not reasons[reason] then
    refuse(("no request fails for %s: %s"):format(show(reason), instead(reason, reasons)))
  end
  local stubs = telling.current.world.stubs
  stubs[#stubs + 1] = { address = World.address(address), reason = reason or "unreachable", times = options.times or math.huge }
end

--- Takes this long from here on. The request times out where the flow waits less.
---@param address string
---@param seconds number
---@param options? { times: integer } How often; always, if not given.
function network:is_slow(address, seconds, options)
  local example = 'network:is_slow("https://crm.example/*", 12, { times = 1 })'
  want(address, "string", example)
  want(seconds, "number", example)
  options = want_options(options, { times = "number" }, example)
  local stubs = telling.current.world.stubs
  stubs[#stubs + 1] = { address = World.address(address), seconds = seconds, times = options.times or math.huge }
end

local function describe_request(request)
  local with = request.json ~= nil and request.json or request.body
  return request.method .. " " .. request.url .. (with ~= nil and " with " .. show(with) or "")
end

local function requested(method, address, with)
  local wanted = World.address(address)
  return function()
    for _, request in ipairs(telling.current.world.requests) do
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
    mark_lines(telling.current.world.requests, function(request)
      return World.addressed(World.address(address), method, request.url)
    end)
    telling.current.world:fail(("expected the flow to send %s %s%s, but it sent %s"):format(
      method, address, next(with) and " with " .. show(with.json or with.body or with.headers) or "",
      list(telling.current.world.requests, describe_request, "nothing")))
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
    mark_lines(telling.current.world.requests, function(request)
      return request.method == method and World.addressed(World.address(address), method, request.url)
    end)
    telling.current.world:fail(("expected the flow not to send %s %s, but it did"):format(method, address))
  end
end

--- The text messages that the flow sends with `sms`.
---@class TestSms
local sms = {}

local function describe_message(message)
  return show(message.body) .. " to " .. message.to
end

local function fits(body, text)
  if type(text) == "table" then
    return body:find(text.match) ~= nil
  end
  return text == nil or contains({ body }, text)
end

local function texted(to, text)
  return function()
    for _, message in ipairs(telling.current.world.sent) do
      if message.to == to and fits(message.body, text) then
        return true
      end
    end
    return false
  end
end

--- Was sent, at any time in the test.
---@param to string
---@param text? string|{ match: string } Part of it, in any case; or a Lua pattern: `{ match = "table for %d+" }`.
function sms:was_sent(to, text)
  local example = 'sms:was_sent("+15550100", "your table is booked")'
  want(to, "string", example)
  if type(text) == "table" then
    want(text.match, "string", 'sms:was_sent("+15550100", { match = "table for %d+" })')
  elseif text ~= nil then
    want(text, "string", example)
  end
  if not holds(texted(to, text)) then
    mark_lines(telling.current.world.sent, function(message)
      return message.to == to
    end)
    local wanted = type(text) == "table" and " what matches " .. show(text.match) or text and " " .. show(text) or ""
    telling.current.world:fail(("expected the flow to text %s%s, but it sent %s"):format(
      to, wanted, list(telling.current.world.sent, describe_message, "no text")))
  end
end

--- Was not sent, up to here.
---@param to? string Nobody, if not given.
function sms:was_not_sent(to)
  for _, message in ipairs(telling.current.world.sent) do
    if to == nil or message.to == to then
      message.line.marked = true
      telling.current.world:fail("expected the flow to send no text, but it sent " .. describe_message(message))
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
  telling.current.world.refused[to or "*"] = reason or "failed"
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
    local kept = telling.current.world:get(key)
    return kept ~= nil and (value == nil or World.same(kept, value))
  end)
  if not passes then
    local kept = telling.current.world:get(key)
    telling.current.world:fail(("expected the store to hold %s%s, but it holds %s"):format(
      show(key), value ~= nil and " = " .. show(value) or "", kept ~= nil and show(kept) or "nothing there"))
  end
end

--- Holds nothing under a key.
---@param key string
function store:lacks(key)
  want(key, "string", 'store:lacks("visits/+15550142")')
  local kept = telling.current.world:get(key)
  if kept ~= nil then
    telling.current.world:fail(("expected the store to hold nothing at %s, but it holds %s"):format(show(key), show(kept)))
  end
end

--- Holds a value from here on.
---@param key string
---@param value any
function store:set(key, value)
  want(key, "string", 'store:set("visits/+15550142", 2)')
  telling.current.world:set(key, value)
end

--- The test's clock. Waiting moves it on: a timeout of 5 seconds takes 5 seconds of it, and no time at all.
---@class TestClock
local clock = {}

--- Moves on by some seconds. In a conversation the two talk on meanwhile, up to its time limit.
---@param seconds number
function clock:advance(seconds)
  if want(seconds, "number", "clock:advance(3600)") < 0 then
    refuse("time does not go back: clock:advance takes seconds from 0 up")
  end
  local call = telling.current.call
  if call and call.waits and call.waits.kind == "converse" then
    return call.conversation:talk_on(seconds)
  end
  telling.current.world:advance(seconds)
end

--- What time it is, as `os.time()` counts.
---@return integer
function clock:now()
  return math.floor(telling.current.world.now / 1000)
end

local at -- a word of its own: what describes it stands over a function by that name

--- Sets the test's clock.
---
--- ```lua
--- at("2026-03-02 22:30", "America/New_York")
--- at("2026-11-01 01:30", "America/New_York", "second") -- after the clocks were set back
--- ```
---@param time string "2026-03-02 22:30", with seconds if they matter.
---@param zone? string The time zone by its IANA name; UTC if not given.
---@param which? "first"|"second" Where clocks are set back, an hour comes twice: the first of the two, if not given.
function at(time, zone, which)
  local example = 'at("2026-03-02 22:30", "America/New_York")'
  if not telling.current then
    refuse("at(…) belongs inside of a test: it(\"…\", function(caller) … end)")
  end
  want(time, "string", example)
  if zone ~= nil then
    want(zone, "string", example)
  end
  if which ~= nil and which ~= "first" and which ~= "second" then
    refuse(('an hour that comes twice is the "first" or the "second", not %s'):format(show(which)))
  end
  local year, month, day, hour, minute, rest = time:match("^(%d%d%d%d)%-(%d%d)%-(%d%d) (%d%d):(%d%d)(.*)$")
  local second = rest == "" and "0" or rest and rest:match("^:(%d%d)$")
  if not second then
    refuse(("%s is not a time: write it as %s"):format(show(time), example))
  end
  local moment, why = host.time(tonumber(year), tonumber(month), tonumber(day), tonumber(hour), tonumber(minute),
    tonumber(second), zone or "UTC", which == "second")
  if not moment then
    refuse(why)
  end
  if moment < telling.current.world.now and #telling.current.world.lines > 0 then
    refuse("time does not go back: at(…) comes before the call, or says a later time")
  end
  telling.current.world:set_time(moment)
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
  if telling.current.text then
    telling.current.text:expect_no_problem()
  end
  local info = new_info("SM")
  info.message = { body = body, media = options.media or {} }
  telling.current.world:note(info.from .. " texts " .. show(body))
  telling.current.text = Call.new(telling.current.world, telling.current.flow, "on_message", info)
  telling.current.text:start()
end

local function latest_text(verb)
  if not telling.current.text then
    refuse(('nobody has sent a text yet: write texter:sends("…") before texter:%s'):format(verb))
  end
  telling.current.text:expect_no_problem()
  return telling.current.text
end

--- Receives a reply: part of it, in any case.
---@param text string
function texter:receives(text)
  want(text, "string", 'texter:receives("We are open")')
  local message = latest_text("receives")
  local heard = message.heard
  expect_heard(contains(heard, text), heard, "the texter to receive " .. show(text), "received", message.waits and message:state())
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
  telling.current.world:fail(("expected the texter to receive the picture %s, but received %s"):format(
    url, list(media, tostring, "none")))
end

--- Receives no reply.
function texter:receives_nothing()
  local text = latest_text("receives_nothing")
  expect_heard(#text.heard == 0, text.heard, "the texter to receive nothing", "received")
end

return {
  at = at,
  network = subject("network", network),
  sms = subject("sms", sms),
  store = subject("store", store),
  clock = subject("clock", clock),
  texter = subject("texter", texter),
}
