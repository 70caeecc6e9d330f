-- What may happen at each place where a flow waits, for `switchhook explore`. A choice is
--   { label =, class =, act = function(call) } where the caller or whoever is rung decides,
--   { label =, class =, value =, reason = }    where the network does.
-- `passive`: nobody does anything. `leaves`: the caller hangs up. `invented`: a content that nobody knows; what breaks
-- after it may be the content's fault. A list with `open` does not hold all that there is.
local parts = ...
local host = parts.host

local NONSENSE = "purple elephant"
local MOST_HINTS, MOST_KEYS, MOST_TOOL_USES = 12, 8, 2

local function choice(list, label, class, act, more)
  local one = more or {}
  one.label, one.class, one.act = label, class, act
  list[#list + 1] = one
  return one
end

local function hangs_up(list)
  choice(list, "hangs up", "hangs up", function(call)
    call.world:note("the caller hangs up")
    call:hang_up()
  end, { leaves = true })
end

-- ── Keys and words ───────────────────────────────────────────────────────────────────────────────────────────────

local function presses(list, keys, seconds)
  choice(list, "presses " .. keys, "presses", function(call)
    call.world:note("the caller presses " .. keys)
    call:answer({ digits = keys }, nil, seconds)
  end)
end

local function says(list, words, confidence)
  local label = 'says "' .. words .. '"' .. (confidence < 0.5 and ", hard to understand" or "")
  choice(list, label, "says", function(call)
    call.world:note("the caller " .. label)
    call:answer({ speech = words, confidence = confidence })
  end)
end

-- Several keys: those that the flow itself names, one that it may not expect, and too few.
local function key_rows(options, constants)
  local rows, seen = {}, {}
  local function add(keys)
    if #keys > 0 and #keys <= (options.digits or 20) and not seen[keys] and #rows < MOST_KEYS then
      seen[keys], rows[#rows + 1] = true, keys
    end
  end
  for _, keys in ipairs(constants) do
    if not options.digits or #keys == options.digits then
      add(keys)
    end
  end
  add(("1"):rep(options.digits or 1))
  add(("9"):rep(options.digits or 10))
  add("0")
  return rows
end

local function gather_keys(list, options, constants)
  if options.dtmf == false then
    return
  end
  local finish = options.finish_on_key or "#"
  if options.digits == 1 then
    for key in ("1234567890*#"):gmatch(".") do
      if key ~= finish then
        presses(list, key, 0)
      end
    end
    return
  end
  list.open = true
  for _, keys in ipairs(key_rows(options, constants)) do
    if finish == "" or not keys:find(finish, 1, true) then
      presses(list, keys, #keys == options.digits and 0 or options.timeout or 5)
    end
  end
end

local function gather_words(list, options)
  if not options.speech then
    return
  end
  list.open = true
  local hints = options.hints or {}
  if #hints == 0 then
    hints = { "yes", "no", "two", "tomorrow" }
  end
  for i = 1, math.min(#hints, MOST_HINTS) do
    says(list, hints[i], 0.9)
  end
  says(list, hints[1], 0.1)
  says(list, NONSENSE, 0.9)
end

local function gather(list, call, walk)
  gather_keys(list, call.waits.options, walk.constants.digits)
  gather_words(list, call.waits.options)
  choice(list, "is silent", "silence", function(one)
    one.world:note("the caller says nothing")
    one:answer(nil, "timeout", one.waits.options.timeout or 5)
  end, { passive = true })
  hangs_up(list)
end

local function collect_digits(list, call, walk)
  gather_keys(list, call.waits.options, walk.constants.digits)
  choice(list, "is silent", "silence", function(one)
    one:answer(nil, "timeout", one.waits.options.timeout or 10)
  end, { passive = true })
  hangs_up(list)
end

local function record(list)
  local function leaves_a_recording(digits)
    return function(call)
      local sid = call.world:new_id("RE")
      local url = "https://recordings.example/" .. sid
      call.recordings[#call.recordings + 1] = { url = url, seconds = 5, sid = sid }
      call:answer({ url = url, seconds = 5, sid = sid, digits = digits }, nil, 5)
    end
  end
  choice(list, "leaves a recording", "records", leaves_a_recording("#"))
  choice(list, "leaves a recording and hangs up", "hangs up", leaves_a_recording("hangup"), { leaves = true })
  choice(list, "is silent", "silence", function(call)
    call:answer(nil, "silence", call.waits.options.timeout or 5)
  end, { passive = true })
  hangs_up(list)
end

-- ── Those who are called ─────────────────────────────────────────────────────────────────────────────────────────

local function dial(list)
  choice(list, "they answer", "reached", function(call)
    call:answer({ status = "completed", seconds = 60, sid = call.world:new_id("CA") }, nil, 60)
  end)
  for _, each in ipairs({ { "they are busy", "busy" }, { "they cannot be reached", "failed" } }) do
    choice(list, each[1], "not reached", function(call)
      call:answer(nil, each[2])
    end)
  end
  choice(list, "they do not answer", "not reached", function(call)
    call:answer(nil, "no_answer", call.waits.options.timeout or 30)
  end, { passive = true })
  hangs_up(list)
end

local function enqueue(list)
  choice(list, "somebody takes the call", "reached", function(call)
    call:answer({ result = "bridged", seconds = 60, sid = call.world:new_id("QU") }, nil, 60)
  end, { passive = true })
  for _, each in ipairs({ { "the queue is full", "queue_full" }, { "the queue fails", "error" } }) do
    choice(list, each[1], "not reached", function(call)
      call:answer(nil, each[2])
    end)
  end
  hangs_up(list)
end

local function refer(list)
  choice(list, "the call is taken over", "reached", function(call)
    call:answer({ status = "completed" })
  end, { passive = true })
  choice(list, "the call is not taken over", "not reached", function(call)
    call:answer(nil, "failed")
  end)
end

-- ── The assistant ────────────────────────────────────────────────────────────────────────────────────────────────

local DAY, TIME = "2026-03-05", "10:00"

-- A value that fits a JSON Schema as agents have them.
local function sample(schema)
  if schema.enum then
    return schema.enum[1]
  end
  local kind = type(schema.type) == "table" and schema.type[1] or schema.type
  if kind == "integer" or kind == "number" then
    return schema.minimum or math.min(1, schema.maximum or 1)
  elseif kind == "boolean" then
    return true
  elseif kind == "array" then
    return { sample(schema.items or { type = "string" }) }
  elseif kind == "object" then
    local value = {}
    for name, each in pairs(schema.properties or {}) do
      value[name] = sample(each)
    end
    return value
  end
  local about = schema.description or ""
  if about:find("YYYY-MM-DD", 1, true) then
    return DAY
  elseif about:find("HH:MM", 1, true) then
    return TIME
  end
  return ("something"):rep(math.ceil((schema.minLength or 1) / 9)):sub(1, schema.maxLength or -1)
end

local function use(list, tool, arguments, label)
  choice(list, label, "uses a tool", function(call)
    local walk = call.world
    walk.tools_used = walk.tools_used + 1
    local talk = call.chat or call.conversation
    talk:uses(tool.name, arguments)
  end)
end

-- Each tool as a model uses it, and once as a model may misuse it.
local function uses(list, talk, walk)
  list.open = true
  if walk.tools_used >= MOST_TOOL_USES then
    return
  end
  for _, tool in ipairs(talk:tools()) do
    use(list, tool, sample(tool.parameters or { type = "object" }), "the assistant uses " .. tool.name)
  end
  local first = talk:tools()[1]
  if first and walk.tools_used == 0 then
    use(list, first, "{", "the assistant uses " .. first.name .. " with broken JSON")
  end
end

local function converse(list, call, walk)
  local talk = call.conversation
  uses(list, talk, walk)
  if not talk:tool("hangup") then
    choice(list, "the assistant ends it", "talks", function(one)
      one.conversation:finish("finished")
    end)
  end
  choice(list, "the assistant breaks off", "talks", function(one)
    one.conversation:drops()
  end)
  choice(list, "the time limit comes", "talks", function(one)
    one.conversation:talk_on(3600)
  end)
  if talk.settings.silence ~= false then
    choice(list, "is silent", "silence", function(one)
      while one.conversation.over == nil do
        one.conversation:silence()
      end
    end, { passive = true })
  end
  hangs_up(list)
end

local function chat(list, call, walk)
  uses(list, call.chat, walk)
  choice(list, "the assistant writes a reply", "talks", function(one)
    one.chat:says("Here is what I know.")
  end, { passive = true })
  choice(list, "the assistant cannot be reached", "talks", function(one)
    one.chat:drops()
  end)
  choice(list, "the assistant is silent", "talks", function(one)
    one.chat:stays_silent()
  end)
end

local kinds = { gather = gather, collect_digits = collect_digits, record = record, dial = dial, enqueue = enqueue,
  refer = refer, converse = converse, chat = chat }

local choices_at = {}

-- Where the flow waits for somebody.
function choices_at.waiting(walk, call)
  local list = {}
  kinds[call.waits.kind](list, call, walk)
  return list
end

-- Where it waits for a server. What a good reply would hold, nobody knows.
function choices_at.http(options)
  local name = (options.method or "GET"):upper() .. " " .. options.url:match("^[^?]*")
  local function replies(status, json)
    return { status = status, headers = {}, body = host.json(json), json = json }
  end
  return {
    { label = name .. " is replied to", class = "network", value = replies(200, {}), invented = true, passive = true },
    { label = name .. " finds nothing", class = "network", value = replies(404, { error = "not found" }) },
    { label = name .. " fails", class = "network", value = replies(500, { error = "failed" }) },
    { label = name .. " gets no reply", class = "network", reason = "timeout" },
    open = true,
  }
end

function choices_at.sms(options)
  local name = "a text to " .. tostring(options.to)
  return {
    { label = name .. " is sent", class = "network", value = { sid = "SM1", status = "queued" }, passive = true },
    { label = name .. " fails", class = "network", reason = "failed" },
  }
end

return choices_at
