-- Opening hours: with holidays, over midnight, in the business's own time zone, said as people say them.
local hours = require "hours"

local opening = hours.weekly {
  zone = "Europe/London",
  week = { thursday = "17:00-23:00", friday = "17:00-2:00", saturday = "12:00-15:00, 17:00-2:00" },
  holidays = { ["12-24"] = "closed", ["2026-12-31"] = "20:00-4:00" },
}

return {
  settings = { bar = "+15550100" },

  on_call = function(call)
    local open, closes = opening:is_open()
    if not open then
      return call:say("We are closed, and open " .. opening:say_time(opening:next_opening()) .. ".")
    end
    call:say("We are open until " .. opening:say_clock(closes) .. ".")
    call:dial(call.settings.bar)
  end,
}
