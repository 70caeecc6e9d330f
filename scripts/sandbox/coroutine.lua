-- The library `coroutine` of flows. A flow's coroutines may wait for the engine's answers, and no recursion of theirs
-- grows the C stack.

---@class CoroutineParts
---@field native table  LuaJIT's own library
---@field engine_yield userdata  the first value of every yield that is meant for the engine
---@field weak_table table  empty, with weak keys
local parts = ...

local ENGINE = parts.engine_yield
local native = parts.native
local error, type = error, type
local co_create, co_resume, co_yield = native.create, native.resume, native.yield
local co_running, co_status = native.running, native.status

local MAX_COROUTINES = 50 -- within each other: each takes a part of the C stack

-- Weak, and nothing but a look-up by a living coroutine reads it, so no flow can see it collected.
local depth_of = parts.weak_table ---@type table<thread, integer>

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

return {
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
