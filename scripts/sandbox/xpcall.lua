-- The function `xpcall` of flows.
local pcall = pcall

local function handled(handler, ok, ...)
  if ok then
    return true, ...
  end
  local _, value = pcall(handler, ...)
  return false, value
end

-- The handler runs when the error has ended the function, not inside it: inside, nothing could stop it.
return function(body, handler, ...)
  return handled(handler, pcall(body, ...))
end
