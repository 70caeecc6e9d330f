-- The function `table.sort` of flows. `less` may wait for the engine's answers.

---@class SortParts
---@field gsub_text function  gsub where nothing is called back
local parts = ...

local error, pcall, type = error, pcall, type
local gsub_text = parts.gsub_text

local RUN = 8 -- how many elements are inserted one by one before runs are merged

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
return function(list, less)
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
      message, ours = gsub_text(message, "^%[switchhook%]/sandbox/sort%.lua:%d+: ", "")
    end
    error(message, ours > 0 and 2 or 0)
  end
end
