local hours = require "hours"

local function book(call)
  tell_hours(call) --> unknown-name
  call:say("Your table is booked, " .. nmae .. ".") --> unknown-name
end

local function tell_hours(call)
  call:say("We are open on " .. opening) --> unknown-name
end

function goodbye(call) --> unknown-name
  call:say(Goodbye) --> unknown-name
  count = 1 --> unknown-name
  io.write("done") --> unknown-name
end

return {
  on_call = function(call)
    local name = call.caller.name
    if name and hours then book(call) else tell_hours(call) end
    ivr.menu(call, { say = "Press 1.", choices = { { key = "1" } } }) --> unknown-name
  end,
}
