-- The function `string.gsub` of flows. Its callbacks may wait for the engine's answers.

---@class GsubParts
---@field find_next function  the next match and what it captured
---@field gsub_text function  gsub where nothing is called back
---@field running fun(): thread?  the coroutine that runs, if one does
---@field weak_table table  empty, with weak keys
local parts = ...

local error, pcall, type, tostring = error, pcall, type, tostring
local sub, concat = string.sub, table.concat
local find_next, gsub_text, running = parts.find_next, parts.gsub_text, parts.running

local MAX_CALLBACKS = 100 -- of gsub within each other

-- Weak, and nothing but a look-up by a living coroutine reads it, so no flow can see it collected.
local callbacks_of = parts.weak_table ---@type table<thread, integer>

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

return function(subject, pattern, replacement, limit)
  local kind = type(replacement)
  if type(subject) == "number" then
    subject = tostring(subject)
  end
  if kind ~= "function" and kind ~= "table" or type(subject) ~= "string" or type(pattern) ~= "string" then
    return gsub_text(subject, pattern, replacement, limit)
  end
  if limit ~= nil and type(limit) ~= "number" then
    error("bad argument #4 to 'gsub' (number expected, got " .. type(limit) .. ")", 2)
  end
  local here = running() or parts
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
