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

-- A carrier's name for something, as "CA0000…1": the same in every run of a test.
function World:new_id(prefix)
  self.serial = self.serial + 1
  return string.format("%s%032x", prefix, self.serial)
end

-- Adds a line to the transcript.
function World:note(text)
  local line = { time = self.now - self.started, text = text }
  self.lines[#self.lines + 1] = line
  return line
end

-- Ends the test. The first failure stands, even if the test catches the error.
function World:fail(message)
  if not self.failure then
    self.failure = (host.where() or self.where) .. ": " .. message
    self:note(message).marked = true
  end
  error(self.failure, 0)
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
    if stub[key] ~= nil and addressed(stub.address, method, url) then
      return stub, i
    end
  end
end

-- What a flow is given for a promise. The engine keeps it whatever happens, so a test takes it as kept.
function World:promise()
  self.promises = self.promises + 1
  return { promised = "promise-" .. self.promises }
end

-- What the engine waits for a reply if the flow does not say. Seconds.
local HTTP_TIMEOUT = 10

function World:http(options, where)
  local method, url = (options.method or "GET"):upper(), options.url
  self.requests[#self.requests + 1] =
    { method = method, url = url, headers = options.headers or {}, body = options.body, json = options.json }
  if options.later then
    self:note("flow promises " .. method .. " " .. url)
    return self:promise()
  end
  self:note("flow sends " .. method .. " " .. url)
  local replies, replied_at = self:stub_for(method, url, "status")
  local fails, failed_at = self:stub_for(method, url, "reason")
  local slow = self:stub_for(method, url, "seconds")
  local timeout = options.timeout or HTTP_TIMEOUT
  if slow and slow.seconds >= timeout then
    self:advance(timeout)
    self:note("network does not reply within " .. timeout .. " s")
    return nil, "timeout"
  end
  if fails and failed_at > (replied_at or 0) then
    self:note("network fails: " .. fails.reason)
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
  self:note("network replies " .. replies.status)
  local body = replies.body or (replies.json ~= nil and host.json(replies.json)) or ""
  return { status = replies.status, headers = replies.headers or {}, body = body, json = replies.json }
end

function World:sms(options)
  local does = options.later and "promises a text to" or "texts"
  self:note(("flow %s %s: %s"):format(does, tostring(options.to), show(options.body or "")))
  local reason = self.refused[options.to] or self.refused["*"]
  if reason then
    self:note("the text is not sent: " .. reason)
    if options.later then
      return self:promise()
    end
    return nil, reason
  end
  self.sent[#self.sent + 1] = { to = options.to, body = options.body or "", media = options.media or {} }
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
  self:note("flow logs " .. show(options.message or "") .. (options.fields and " " .. show(options.fields) or ""))
end

function World:sleep(options)
  self:advance(options.seconds or 0)
end

return World
