-- The function `print` of flows.

---@class PrintParts
---@field joined_text fun(...): string  the values as `print` writes them
local parts = ...

local joined_text = parts.joined_text

-- Goes to the call's log, by the verb of that name.
return function(...)
  local text, log = joined_text(...), rawget(_G, "log")
  if log then
    log(text)
  end
end
