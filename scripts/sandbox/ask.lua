-- How the engine's own scripts ask: `ask(kind, options)`.

---@class AskParts
---@field raw fun(kind: string, options?: table): string|false, any  yields to the engine; an error comes first
local raw = (...).raw

local error = error

local function answered(failure, ...)
  if failure then
    error(failure, 0)
  end
  return ...
end

-- A C function cannot go on after it has yielded, so errors are raised on this side of it.
return function(kind, options)
  return answered(raw(kind, options))
end
