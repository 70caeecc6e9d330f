local DESK = "+441234567890"
local team = { "+15550100", "+15550101" }

return {
  settings = { front_desk = "+15550102", notify = "", manager = "nobody" },

  on_call = function(call)
    call:dial(DESK)
    call:dial(team)
    call:dial(call.settings.front_desk, { timeout = 20 })
    call:dial { number = "+15550103", send_digits = "1234" }
    call:dial { sip = "sip:desk@pbx.example" }
    if call.settings.notify ~= "" then sms.send { to = call.settings.notify, body = "A caller waits." } end
    if call.settings.manager ~= "nobody" then call:dial(call.settings.manager) end
    call:say("Our number is 555 0102.")
  end,
}
