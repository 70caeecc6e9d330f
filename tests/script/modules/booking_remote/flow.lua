local booking = require "booking"

local function office(holds)
  return booking.remote {
    url = "https://office.example/api",
    token = "secret",
    opening = { zone = "America/New_York", week = { tuesday = "9-17" } },
    services = { ["deep cleaning"] = { minutes = 45 } },
    holds = holds,
  }
end

local plain, holding = office(false), office(true)
local AT = 1772550000 -- 2026-03-03 10:00 in New York

local function told(visit, reason)
  return visit and ("%s %s"):format(visit.id:sub(1, 12), plain:say(visit)) or reason
end

local does = {
  slots = function()
    local slots, reason = plain:slots { service = "deep cleaning", day = AT }
    return slots and plain:say_slots(slots) or reason
  end,
  book = function(message)
    return told(plain:book({ service = "deep cleaning", at = AT }, { name = "Ann", phone = message.from }))
  end,
  hold = function(message)
    local visit, reason = plain:hold({ service = "deep cleaning", at = AT }, { phone = message.from })
    if not visit then return reason end
    return told(plain:confirm(visit.id, { name = "Ann" }))
  end,
  held = function(message)
    local visit, reason = holding:hold({ service = "deep cleaning", at = AT }, { phone = message.from })
    if not visit then return reason end
    return told(holding:confirm(visit.id, { name = "Ann" }))
  end,
  release = function()
    holding:release(holding:hold({ service = "deep cleaning", at = AT }).id)
    return "released"
  end,
  mine = function(message)
    local visits, reason = plain:of_phone(message.from)
    if not visits then return reason end
    return visits[1] and told(visits[1]) or "none"
  end,
  cancel = function() return told(plain:cancel("a1")) end,
  move = function() return told(plain:reschedule("a1", { service = "deep cleaning", at = AT + 3600 })) end,
}

return { on_message = function(message) return does[message.body](message) end }
