local ivr = require "ivr"

local size = "ganz groß"
local tell_hours

local function book(call, ...)
  tell_hours(call)
  local count = select("#", ...)
  for i = 1, count do log("given", { place = i, what = tostring((...)) }) end
  for name, value in pairs({ names = "a field is no name" }) do log(name, { value = value }) end
end

function tell_hours(call)
  call:say("We are open. " .. size)
end

return {
  on_call = function(call)
    ivr.menu(call, { say = "Press 1.", choices = { { key = "1", run = book } }, operator = "+15550101" })
    kv.set("last", json.encode({ at = os.time(), id = math.random(9), of = _G.type(call) }))
    local ok = pcall(function() error("oh") end)
    if not ok then print(unpack({ "it", "broke" })) end
  end,
}
