-- The part of a flow's standard library that is written in Lua: what calls the author's functions, so that these
-- may wait for an answer, and so that no recursion grows the C stack. Run once in every state, before anything else.

---@class Sandbox
---@field globals table  what authors will see; the functions below are added to it
---@field native table  LuaJIT's own functions and the engine's, from which these are made
---@field engine_yield userdata  the first value of every yield that is meant for the engine
local sandbox = ...

local globals, native, ENGINE = sandbox.globals, sandbox.native, sandbox.engine_yield
local error, pcall, type = globals.error, globals.pcall, globals.type
local sub = globals.string.sub
local concat = globals.table.concat
local find_next, gsub_text = native.find_next, native.gsub_text
local co_create, co_resume, co_yield = native.co_create, native.co_resume, native.co_yield
local co_running, co_status = native.co_running, native.co_status

local MAX_COROUTINES = 50 -- within each other: each takes a part of the C stack
local MAX_CALLBACKS = 100 -- of gsub within each other
local RUN = 8 -- how many elements sort inserts one by one before it merges

-- Both are weak, and nothing but a look-up by a living coroutine reads them, so no flow can see them collected.
local depth_of = native.setmetatable({}, { __mode = "k" }) ---@type table<thread, integer>
local callbacks_of = native.setmetatable({}, { __mode = "k" }) ---@type table<thread, integer>

-- A handler's own coroutine is the engine's and is in no table.
local function depth_here()
  local here = co_running()
  return here and depth_of[here] or 0
end

-- What a resume gives the author. A yield for the engine goes on outwards, and its answer comes back inwards.
local function pass(thread, ok, tag, ...)
  if ok and tag == ENGINE then
    return pass(thread, co_resume(thread, co_yield(ENGINE, ...)))
  end
  return ok, tag, ...
end

local TOO_DEEP = "coroutines resume each other more than " .. MAX_COROUTINES .. " deep"

-- Notes how deep a coroutine is about to run; false if that is too deep.
local function enter(thread)
  local depth = depth_here() + 1
  if depth > MAX_COROUTINES then
    return false
  end
  if co_status(thread) == "suspended" then
    depth_of[thread] = depth
  end
  return true
end

local function resume(thread, ...)
  if type(thread) ~= "thread" then
    error("bad argument #1 to 'resume' (coroutine expected)", 2)
  end
  if not enter(thread) then
    error(TOO_DEEP, 2)
  end
  return pass(thread, co_resume(thread, ...))
end

local function values_or_raise(ok, ...)
  if not ok then
    error((...), 0)
  end
  return ...
end

local function wrap(body)
  if type(body) ~= "function" then
    error("bad argument #1 to 'wrap' (function expected, got " .. type(body) .. ")", 2)
  end
  local thread = co_create(body)
  return function(...)
    if not enter(thread) then
      error(TOO_DEEP, 2)
    end
    return values_or_raise(pass(thread, co_resume(thread, ...)))
  end
end

local function create(body)
  if type(body) ~= "function" then
    error("bad argument #1 to 'create' (function expected, got " .. type(body) .. ")", 2)
  end
  return co_create(body)
end

local function yield(...)
  if depth_here() == 0 then
    error("coroutine.yield: not in a coroutine: yield in a function that coroutine.create or wrap was given", 2)
  end
  return co_yield(...)
end

globals.coroutine = {
  create = create,
  resume = resume,
  wrap = wrap,
  yield = yield,
  status = co_status,
  running = co_running,
  isyieldable = function()
    return depth_here() > 0
  end,
}

local function handled(handler, ok, ...)
  if ok then
    return true, ...
  end
  local _, value = pcall(handler, ...)
  return false, value
end

-- The handler runs when the error has ended the function, not inside it: inside, nothing could stop it.
function globals.xpcall(body, handler, ...)
  return handled(handler, pcall(body, ...))
end

-- One match and what takes its place; nil at the last one; nil and a message for what is wrong.
local function replaced(replacement, subject, first, last, ...)
  if not first then
    return nil, last
  end
  local value
  if type(replacement) == "function" then
    value = replacement(...)
  else
    value = replacement[(...)]
  end
  if not value then
    value = sub(subject, first, last)
  elseif type(value) ~= "string" and type(value) ~= "number" then
    return nil, "invalid replacement value (a " .. type(value) .. ")"
  end
  return first, last, value
end

-- The new text and the number of matches; or nil and a message.
local function replace_each(subject, pattern, replacement, limit)
  local pieces, count, at, copied = {}, 0, 1, 1
  while count < limit and at <= #subject + 1 do
    local first, last, value = replaced(replacement, subject, find_next(subject, pattern, at))
    if not first then
      if last then
        return nil, last
      end
      break
    end
    count = count + 1
    if first > copied then
      pieces[#pieces + 1] = sub(subject, copied, first - 1)
    end
    pieces[#pieces + 1] = value
    copied = last + 1
    at = last < first and first + 1 or last + 1 -- an empty match must not be found again
    if sub(pattern, 1, 1) == "^" then
      break
    end
  end
  if count == 0 then
    return subject, 0
  end
  pieces[#pieces + 1] = sub(subject, copied)
  return concat(pieces), count
end

local function after_callbacks(here, depth, ok, ...)
  callbacks_of[here] = depth > 1 and depth - 1 or nil
  if not ok then
    error((...), 0)
  end
  return ...
end

local function gsub(subject, pattern, replacement, limit)
  local kind = type(replacement)
  if type(subject) == "number" then
    subject = globals.tostring(subject)
  end
  if kind ~= "function" and kind ~= "table" or type(subject) ~= "string" or type(pattern) ~= "string" then
    return gsub_text(subject, pattern, replacement, limit)
  end
  if limit ~= nil and type(limit) ~= "number" then
    error("bad argument #4 to 'gsub' (number expected, got " .. type(limit) .. ")", 2)
  end
  local here = co_running() or native
  local depth = (callbacks_of[here] or 0) + 1
  if depth > MAX_CALLBACKS then
    error("string.gsub: callbacks call string.gsub more than " .. MAX_CALLBACKS .. " deep: use a loop", 2)
  end
  callbacks_of[here] = depth
  local text, count = after_callbacks(here, depth, pcall(replace_each, subject, pattern, replacement, limit or #subject + 1))
  if not text then
    error(count, 2)
  end
  return text, count
end
globals.string.gsub = gsub

local function ascending(a, b)
  return a < b
end

local function insert_runs(list, length, less)
  for low = 1, length, RUN do
    local high = low + RUN - 1
    if high > length then
      high = length
    end
    for i = low + 1, high do
      local value, j = list[i], i - 1
      while j >= low and less(value, list[j]) do
        list[j + 1] = list[j]
        j = j - 1
      end
      list[j + 1] = value
    end
  end
end

-- Merges from[low, middle) and from[middle, high) into the same place of `to`. Of equals, the left one goes first.
local function merge(from, to, low, middle, high, less)
  local i, j = low, middle
  for k = low, high - 1 do
    if i < middle and (j >= high or not less(from[j], from[i])) then
      to[k] = from[i]
      i = i + 1
    else
      to[k] = from[j]
      j = j + 1
    end
  end
end

local function merge_sort(list, less)
  local length = #list
  insert_runs(list, length, less)
  local from, to, width = list, {}, RUN
  while width < length do
    for low = 1, length, 2 * width do
      local middle, high = low + width, low + 2 * width
      if middle > length + 1 then
        middle = length + 1
      end
      if high > length + 1 then
        high = length + 1
      end
      merge(from, to, low, middle, high, less)
    end
    from, to, width = to, from, 2 * width
  end
  if from ~= list then
    for i = 1, length do
      list[i] = from[i]
    end
  end
end

-- Stable, unlike LuaJIT's. The order may be half made where `less` raises.
function globals.table.sort(list, less)
  if type(list) ~= "table" then
    error("bad argument #1 to 'sort' (table expected, got " .. type(list) .. ")", 2)
  end
  if less ~= nil and type(less) ~= "function" then
    error("bad argument #2 to 'sort' (function expected, got " .. type(less) .. ")", 2)
  end
  if less then
    return merge_sort(list, less)
  end
  local ok, message = pcall(merge_sort, list, ascending)
  if not ok then
    -- Values that cannot be compared are an error of the author's line, not of this file's.
    local ours = 0
    if type(message) == "string" then
      message, ours = gsub_text(message, "^%[switchhook%]/sandbox%.lua:%d+: ", "")
    end
    error(message, ours > 0 and 2 or 0)
  end
end

local joined_text, rawget = native.joined_text, globals.rawget

-- Goes to the call's log, by the verb of that name.
function globals.print(...)
  local text, log = joined_text(...), rawget(globals, "log")
  if log then
    log(text)
  end
end
