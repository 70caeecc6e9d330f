-- Does with a book what a message says: "slots haircut 2026-03-03", "book haircut 2026-03-03 10:00 ann".
local booking = require "booking"

local shop = booking.calendar {
  opening = {
    zone = "America/New_York",
    week = {
      monday = "9-12, 13-17", tuesday = "9-12, 13-17", thursday = "9-12", friday = "17:00-02:00", saturday = "1:00-3:00",
      sunday = "0:30-4:00",
    },
    holidays = { ["2026-03-09"] = "closed", ["2028-02-29"] = "9-10" },
  },
  services = {
    haircut = { name = "a haircut", minutes = 60 },
    color = { minutes = 90, staff = { "ben", "ann" } },
    wash = { minutes = 30, buffer = 30 },
    lamp = { minutes = 60, capacity = 1 },
  },
  staff = {
    ann = { name = "Ann" },
    ben = { name = "Ben", opening = { zone = "America/New_York", week = { monday = "9-17", tuesday = "13-17", friday = "17-2" } } },
    zoe = { capacity = 2, opening = { zone = "America/New_York", week = { thursday = "9-12" } } },
  },
  notice = 30,
  horizon = 730,
  keep_days = 10,
}

local house = booking.calendar {
  name = "house",
  opening = { zone = "America/New_York", week = { monday = "18-22", tuesday = "18-22" } },
  services = { dinner = { name = "a table", minutes = 120 }, drink = { minutes = 60 } },
  capacity = 10,
  step = 60,
  hold = 60,
}

local function moment(calendar, date, clock)
  local year, month, day = date:match("(%d+)-(%d+)-(%d+)")
  local hour, min = (clock or "12:00"):match("(%d+):(%d+)")
  return calendar.opening:moment {
    year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = tonumber(hour), min = tonumber(min),
  }
end

local function clock_of(calendar, at)
  local time = calendar.opening:local_time(at)
  return ("%02d:%02d"):format(time.hour, time.min)
end

local function listed(calendar, slots)
  local parts = {}
  for i, slot in ipairs(slots) do
    parts[i] = clock_of(calendar, slot.at) .. (slot.staff and " " .. slot.staff or "") .. (slot.free > 1 and " " .. slot.free or "")
  end
  return #parts > 0 and table.concat(parts, ", ") or "none"
end

local function told(visit, reason)
  return visit and ("%s: %s"):format(visit.id, shop.say(visit.service == "dinner" and house or shop, visit)) or reason
end

local function request(service, date, clock, staff, people)
  local calendar = (service == "dinner" or service == "drink") and house or shop
  return calendar, {
    service = service, at = moment(calendar, date, clock), staff = staff ~= "-" and staff or nil, people = tonumber(people),
  }
end

local does = {}

function does.slots(_, service, date, staff, people)
  local calendar, wanted = request(service, date, nil, staff, people)
  return listed(calendar, calendar:slots {
    service = service, day = wanted.at, staff = wanted.staff, people = wanted.people,
  })
end

function does.next(_, service, most)
  return shop:say_slots(shop:next_slots { service = service, most = tonumber(most) })
end

function does.book(message, ...)
  local calendar, wanted = request(...)
  return told(calendar:book(wanted, { phone = message.from, name = "Ann Lee" }))
end

function does.hold(message, ...)
  local calendar, wanted = request(...)
  return told(calendar:hold(wanted, { phone = message.from }))
end

function does.first(_, service, date)
  local slot = shop:slots({ service = service, day = moment(shop, date) })[1]
  return told(shop:book(slot))
end

function does.confirm(_, id) return told(shop:confirm(id, { name = "Bo", note = "window" })) end
function does.release(_, id) shop:release(id) return "released" end
function does.cancel(_, id) return told(shop:cancel(id)) end

function does.move(_, id, ...)
  local calendar, wanted = request(...)
  return told(calendar:reschedule(id, wanted))
end

function does.get(_, id)
  local visit, reason = shop:get(id)
  return visit and ("%s %s %s"):format(told(visit), tostring(visit.name), tostring(visit.note)) or reason
end

function does.mine(message)
  local parts = {}
  for i, visit in ipairs(shop:of_phone(message.from)) do parts[i] = told(visit) end
  return #parts > 0 and table.concat(parts, "; ") or "none"
end

function does.at(_, date, time)
  local at = shop:at(date, time)
  return at and table.concat({ shop:date_and_time(at) }, " ") or "nil"
end

function does.remind(_, before) return tostring(shop:remind { before = tonumber(before) }) end

return {
  on_message = function(message)
    local parts = {}
    for word in message.body:gmatch("%S+") do parts[#parts + 1] = word end
    return does[table.remove(parts, 1)](message, unpack(parts))
  end,
}
