local DESK = "0123 4567"
local team = { "+15550100", "555-0101" }

return {
  settings = { front_desk = "555 0102" },

  on_call = function(call)
    call:dial(DESK) --> phone-number
    call:dial(team) --> phone-number
    call:dial(call.settings.front_desk, { timeout = 20 }) --> phone-number
    call:dial { number = "5550103" } --> phone-number
    sms.send {
      to = "15550104", --> phone-number
      body = "A caller waits.",
    }
  end,
}
