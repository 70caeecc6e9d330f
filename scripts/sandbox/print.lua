-- The function `print` of flows.

---@class PrintParts
---@field joined_text fun(...): string
local parts = ...

local joined_text = parts.joined_text

-- Goes to the call's log, by the verb of that name.
return function(...)
  local text, log = joined_text(...), rawget(_G, "log")
  if log then
    log(text)
  end
end
