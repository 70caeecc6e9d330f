-- The book of reservations: how many people come on a day, and who they are.
local reservations = {}

local function seats_key(opening, at)
  local date = opening:local_time(at)
  return ("seats/%04d-%02d-%02d"):format(date.year, date.month, date.day)
end

--- Takes seats on an evening. Two callers cannot take the same: the count goes up first, and down again if it was too
--- many.
---@param key string The day's, of `seats_key`.
---@param people integer
---@param seats integer How many the house has.
---@return boolean taken
local function take_seats(key, people, seats)
  if kv.increment(key, people) <= seats then return true end
  kv.increment(key, -people)
  return false
end

--- Gives how many seats are free on a day.
---@param call Call
---@param opening Opening
---@param at number Any moment of the day.
---@return integer
function reservations.free_seats(call, opening, at)
  return math.max(0, call.settings.seats - (kv.get(seats_key(opening, at)) or 0))
end

--- Writes a reservation into the book. What the same call has booked before gives way to it.
---@param call Call
---@param opening Opening
---@param visit {people: integer, at: number}
---@return boolean booked false if the house is full; then an earlier reservation stands.
function reservations.book(call, opening, visit)
  local name, key = "reservation/" .. call.id, seats_key(opening, visit.at)
  local earlier = kv.get(name)
  local on_that_day = earlier and seats_key(opening, earlier.at) == key and earlier.people or 0
  if not take_seats(key, visit.people - on_that_day, call.settings.seats) then return false end
  if earlier and on_that_day == 0 then kv.increment(seats_key(opening, earlier.at), -earlier.people) end
  kv.set(name, { people = visit.people, at = visit.at, name = visit.name, phone = call.from })
  log("reservation", { people = visit.people, at = visit.at })
  return true
end

--- Gives a reservation in words: "A table for 4 tomorrow at seven in the evening".
---@param opening Opening
---@param visit {people: integer, at: number}
---@return string
function reservations.in_words(opening, visit)
  return ("A table for %d %s at %s"):format(visit.people, opening:say_day(visit.at), opening:say_clock(visit.at))
end

--- Texts the reservation to the caller, whose number may be hidden.
---@param call Call
---@param opening Opening
---@param visit {people: integer, at: number}
---@return boolean sent
function reservations.confirm(call, opening, visit)
  if not call.from:find("^%+") then return false end
  return sms.send { to = call.from, body = "Concya: " .. reservations.in_words(opening, visit) .. "." } ~= nil
end

return reservations
