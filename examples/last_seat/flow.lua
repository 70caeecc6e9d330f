-- Two callers at the same moment: only one of them gets the last seat, whichever engine their calls are on.
local function take_seat(call)
  for seat = 1, call.settings.seats do
    if kv.compare_and_set("seat/" .. seat, nil, call.from) then return seat end
  end
end

return {
  settings = { seats = 30 },

  on_call = function(call)
    local seat = take_seat(call)
    if not seat then return call:say("The reading is sold out. Goodbye.") end
    call:say("Your seat is number " .. seat .. ". See you there!")
    if call.from == "anonymous" then return end -- whose number is hidden
    sms.send { to = call.from, body = "The reading: seat " .. seat .. ".", later = true }
  end,
}
