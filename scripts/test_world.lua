-- The world of one test: its clock, its network, its text messages, what the business keeps, and the
-- transcript of what happened. Nothing in it touches the machine.
local host = (...).host

-- Monday, 2026-03-02 15:00 UTC (10:00 in New York), unless a test says otherwise.
local START = 1772463600000

local World = {}
World.__index = World

---@param where string the test's own line, blamed where no other line is at work
function World.new(where)
  return setmetatable({
    where = where,
    started = START,
    now = START, -- ms since 1970-01-01 UTC
    kept = {}, -- key → { value =, until_time = }
    stubs = {}, -- the latest is looked at first
    requests = {},
    sent = {}, -- text messages
    refused = {}, -- number → reason
    promises = 0,
    lines = {}, -- the transcript
    happened = {}, -- what the flow did, in order: { verb =, line =, texts = }
    uses = {}, -- of the assistant's tools: { tool =, arguments = (JSON text), line = }
    rules = {}, -- what it must never do
    spent = { replies = 0, tokens = 0 }, -- on the assistant
    serial = 0,
  }, World)
end

-- Moves the clock on, as waiting does.
function World:advance(seconds)
  self.now = self.now + math.floor(seconds * 1000 + 0.5)
end

-- Sets where the clock starts; time that has passed is not undone.
function World:set_time(time)
  if #self.lines == 0 then
    self.started = time
  end
  self.now = time
end

-- A carrier's name for something, as "CA0000…1": the same in every run of a test with the same --seed.
function World:new_id(prefix)
  self.serial = self.serial + 1
  return string.format("%s%08x%024x", prefix, host.seed() % 2 ^ 32, self.serial)
end

-- Adds a line to the transcript.
function World:note(text)
  local line = { time = self.now - self.started, text = text }
  self.lines[#self.lines + 1] = line
  return line
end

-- Ends the test. The first failure stands, even if the test catches the error. `where`: the line to blame, if that is
-- not the one which runs.
function World:fail(message, where)
  if not self.failure then
    self.failure = (where or host.where() or self.where) .. ": " .. message
    self:note(message).marked = true
  end
  error(self.failure, 0)
end

-- The flow raised an error or met a limit: { where =, what =, limit = }.
function World:flow_broke(step)
  self:fail("the flow broke at " .. step.where .. ": " .. step.what)
end

local function breaks(rule, event)
  return rule.verb == event.verb and rule.fits(unpack(event.texts))
end

function World:hold_against(rule, event)
  if breaks(rule, event) then
    event.line.marked = true
    self:fail(("expected the flow never %s, but: %s"):format(rule.expectation, event.line.text), rule.where)
  end
end

-- Tells what the flow did, for what it must never do.
function World:happens(verb, line, ...)
  local event = { verb = verb, line = line, texts = { ... } }
  self.happened[#self.happened + 1] = event
  for _, rule in ipairs(self.rules) do
    self:hold_against(rule, event)
  end
end

-- Adds what must never happen, nor have happened: { verb =, fits = function(…), expectation =, where = }.
function World:forbid(rule)
  self.rules[#self.rules + 1] = rule
  for _, event in ipairs(self.happened) do
    self:hold_against(rule, event)
  end
end

-- The transcript, a line per event; what differs from the test is marked with ">".
function World:transcript()
  local out = {}
  for i, line in ipairs(self.lines) do
    local seconds = math.floor(line.time / 1000)
    local clock = string.format("%d:%02d", math.floor(seconds / 60), seconds % 60)
    out[i] = string.format("%s %5s  %s", line.marked and ">" or " ", clock, line.text)
  end
  return table.concat(out, "\n")
end

function World.same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not World.same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- True if every part that the test names is in what was sent; text is compared whole, tables key by key.
function World.includes(sent, wanted)
  if type(wanted) ~= "table" or type(sent) ~= "table" then
    return World.same(sent, wanted)
  end
  for key, value in pairs(wanted) do
    if not World.includes(sent[key], value) then
      return false
    end
  end
  return true
end

-- A value as an author would write it, cut where it gets long.
function World.show(value)
  if type(value) == "string" then
    return '"' .. value .. '"'
  end
  local text = type(value) == "table" and host.json(value) or tostring(value)
  return #text <= 300 and text or text:sub(1, 300) .. "…"
end
local show = World.show

-- An address in which "*" stands for any text, with a method before it if only that one is meant.
function World.address(pattern)
  local method, url = pattern:match("^(%u+) (.+)$")
  local escaped = (url or pattern):gsub("[^%w*]", "%%%0"):gsub("%*", ".*")
  return { method = method, url = "^" .. escaped .. "$" }
end

local function addressed(address, method, url)
  return (not address.method or address.method == method) and url:find(address.url) ~= nil
end
World.addressed = addressed

function World:stub_for(method, url, key)
  for i = #self.stubs, 1, -1 do
    local stub = self.stubs[i]
    if stub[key] ~= nil and stub.times > 0 and addressed(stub.address, method, url) then
      return stub, i
    end
  end
end

local function used(stub)
  stub.times = stub.times - 1
  return stub
end

-- What a flow is given for a promise. The engine keeps it whatever happens, so a test takes it as kept.
function World:promise()
  self.promises = self.promises + 1
  return { promised = "promise-" .. self.promises }
end

-- What the engine waits for a reply if the flow does not say. Seconds.
local HTTP_TIMEOUT = 10

-- One attempt at a request.
function World:try_http(options, where)
  local method, url = (options.method or "GET"):upper(), options.url
  local request = { method = method, url = url, headers = options.headers or {}, body = options.body, json = options.json }
  self.requests[#self.requests + 1] = request
  request.line = self:note("flow " .. (options.later and "promises " or "sends ") .. method .. " " .. url)
  self:happens("sends", request.line, method, url)
  if options.later then
    return self:promise()
  end
  local replies, replied_at = self:stub_for(method, url, "status")
  local fails, failed_at = self:stub_for(method, url, "reason")
  local slow = self:stub_for(method, url, "seconds")
  local timeout = options.timeout or HTTP_TIMEOUT
  if slow and used(slow).seconds >= timeout then
    self:advance(timeout)
    self:note("network does not reply within " .. timeout .. " s")
    return nil, "timeout"
  end
  if fails and failed_at > (replied_at or 0) then
    self:note("network fails: " .. used(fails).reason)
    return nil, fails.reason
  end
  if not replies then
    self:fail(
      ("the flow sends %s %s (%s) and the test says no reply: write network:replies(%q, { status = 200 }) before it"):format(
        method, url, where, url))
  end
  if slow then
    self:advance(slow.seconds)
  end
  self:note("network replies " .. used(replies).status)
  local body = replies.body or (replies.json ~= nil and host.json(replies.json)) or ""
  return { status = replies.status, headers = replies.headers or {}, body = body, json = replies.json }
end

-- What the engine tries again, where the flow says `retries`.
local function worth_retrying(reply, reason)
  if not reply then
    return reason == "timeout" or reason == "unreachable"
  end
  return reply.status == 429 or reply.status >= 502
end

function World:http(options, where)
  if options.later then
    return self:try_http(options, where)
  end
  local tries = 1 + (options.retries or 0)
  while true do
    local reply, reason = self:try_http(options, where)
    tries = tries - 1
    if tries == 0 or not worth_retrying(reply, reason) then
      return reply, reason
    end
  end
end

function World:sms(options)
  local does = options.later and "promises a text to" or "texts"
  local line = self:note(("flow %s %s: %s"):format(does, tostring(options.to), show(options.body or "")))
  self:happens("texts", line, tostring(options.to), options.body or "")
  local reason = self.refused[options.to] or self.refused["*"]
  if reason then
    self:note("the text is not sent: " .. reason)
    if options.later then
      return self:promise()
    end
    return nil, reason
  end
  self.sent[#self.sent + 1] = { to = options.to, body = options.body or "", media = options.media or {}, line = line }
  if options.later then
    return self:promise()
  end
  return { sid = self:new_id("SM"), status = "queued" }
end

-- What the business keeps under a key now; nil if nothing, or if it has expired.
function World:get(key)
  local entry = self.kept[key]
  if entry and (not entry.until_time or entry.until_time > self.now) then
    return entry.value
  end
end

function World:set(key, value, seconds)
  self.kept[key] = value ~= nil and { value = value, until_time = seconds and self.now + seconds * 1000 } or nil
end

local operations = {
  get = function(world, options)
    return world:get(options.key)
  end,
  set = function(world, options)
    world:set(options.key, options.value, options.expires)
  end,
  delete = function(world, options)
    world:set(options.key, nil)
  end,
  compare_and_set = function(world, options)
    if not World.same(world:get(options.key), options.expected) then
      return false
    end
    world:set(options.key, options.value, options.expires)
    return true
  end,
  increment = function(world, options)
    local before = world:get(options.key) or 0
    if type(before) ~= "number" then
      return nil, nil, ("kv: %q holds %s, which is not a number"):format(options.key, show(before))
    end
    world:set(options.key, before + (options.by or 1), options.expires)
    return before + (options.by or 1)
  end,
}

function World:kv(options)
  return operations[options.op](self, options)
end

function World:log(options)
  local fields = options.fields and " " .. show(options.fields) or ""
  local line = self:note("flow logs " .. show(options.message or "") .. fields)
  self:happens("logs", line, (options.message or "") .. fields)
end

function World:sleep(options)
  self:advance(options.seconds or 0)
end

return World
