-- The book of reservations: how many people come on a day, and who they are.
local reservations = {}

local function seats_key(opening, at)
  local date = opening:local_time(at)
  return ("seats/%04d-%02d-%02d"):format(date.year, date.month, date.day)
end

--- Takes seats on an evening. Two callers cannot take the same: the count goes up first, and down again if it was too
--- many.
---@param opening Opening
---@param at number When they come.
---@param people integer
---@param seats integer How many the house has.
---@return boolean taken
local function take_seats(opening, at, people, seats)
  local key = seats_key(opening, at)
  if kv.increment(key, people) <= seats then return true end
  kv.increment(key, -people)
  return false
end

--- Writes a reservation into the book.
---@param call Call
---@param opening Opening
---@param visit {people: integer, at: number}
---@return boolean booked false if the house is full.
function reservations.book(call, opening, visit)
  if not take_seats(opening, visit.at, visit.people, call.settings.seats) then return false end
  kv.set("reservation/" .. call.id, { people = visit.people, at = visit.at, phone = call.from })
  log("reservation", { people = visit.people, at = visit.at })
  return true
end

return reservations
