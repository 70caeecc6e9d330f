-- The book of a calendar in `kv`. Under PREFIX, which names the calendar:
--
--   PREFIX/day/2026-03-03   the day's entries by id (see booking_slots.lua), changed as a whole by compare_and_set
--   PREFIX/visit/17         the day on which a visit is to be found
--   PREFIX/phone/+1202…     the ids of a phone number's visits; some of them may be gone
--   PREFIX/number/…         the numbers given last: to a visit, to a round of reminders
local engine = ...
local slots = engine.part("booking_slots")

local book = {}

local DAY = 24 * 60 * 60
local RACES = 50 -- how often others may be faster in changing a day before a caller is told to wait

local function key_of(calendar, kind, name)
  return ("booking/%s/%s/%s"):format(calendar.options.name or "main", kind, name)
end

-- How long a record of a day is kept.
local function lifetime(calendar, at)
  return math.max(DAY, at - os.time()) + (calendar.options.keep_days or 90) * DAY
end

-- What the flow gets of an entry.
local function visit_of(id, entry)
  local visit = engine.copy(entry, "id", id)
  visit.free_at, visit.made, visit.reminded = nil, nil, nil
  return visit
end

-- The entries of a day, without what was held for too long.
local function entries_of(kept)
  local entries, now = {}, os.time()
  for id, entry in pairs(kept and kept.entries or {}) do
    if not entry.held_until or entry.held_until > now then entries[id] = engine.copy(entry) end
  end
  return entries
end

-- Changes a day until nobody else did in between. `apply` changes the entries and gives what comes of it; nil and a
-- reason leave the day as it is. It runs again on the entries that somebody else has left.
local function change(calendar, day, at, apply)
  local key = key_of(calendar, "day", day)
  for _ = 1, RACES do
    local kept = kv.get(key)
    local entries = entries_of(kept)
    local result, reason = apply(entries)
    if result == nil then return nil, reason end
    local after = next(entries) and { entries = entries } or nil
    if kept == nil and after == nil then return result end
    if kv.compare_and_set(key, kept, after, { expires = lifetime(calendar, at) }) then return result end
  end
  return nil, "taken"
end

-- Where a visit is, and what it is; nil where it is not, or is held no longer.
local function find(calendar, id)
  local day = kv.get(key_of(calendar, "visit", id))
  if not day then return nil end
  local entry = entries_of(kv.get(key_of(calendar, "day", day)))[id]
  if entry then return entry, day end
end

-- Adds an id to those of a phone number, and forgets those that are over.
local function remember_phone(calendar, phone, id, at)
  local key = key_of(calendar, "phone", phone)
  for _ = 1, RACES do
    local kept = kv.get(key)
    local ids = { [id] = at }
    for other, other_at in pairs(kept or {}) do
      if other_at > os.time() - DAY then ids[other] = other_at end
    end
    ids[id] = at
    if kv.compare_and_set(key, kept, ids, { expires = lifetime(calendar, at) }) then return end
  end
end

function book.slots(calendar, request, day)
  local kept = kv.get(key_of(calendar, "day", slots.date(calendar.opening, day)))
  return slots.of_day(calendar, entries_of(kept), request, day)
end

-- The entry that a request makes.
local function entry_of(calendar, request, details, staff)
  local service = calendar.services[request.service]
  local ends = request.at + service.minutes * 60
  return {
    service = request.service, at = request.at, ends = ends, free_at = ends + (service.buffer or 0) * 60,
    people = request.people or 1, staff = staff, made = os.time(),
    name = details.name, phone = details.phone, note = details.note,
  }
end

local function day_of(calendar, request)
  local seconds = calendar.services[request.service].minutes * 60
  return slots.day_of(calendar.opening, request.at, request.at + seconds)
end

-- Takes a time, for some seconds or for good.
function book.take(calendar, request, details, seconds)
  local day = day_of(calendar, request)
  if not day then return nil, "closed" end
  -- Before anything is taken, so that what is taken can always be found.
  local id = tostring(kv.increment(key_of(calendar, "number", "latest")))
  kv.set(key_of(calendar, "visit", id), day, { expires = lifetime(calendar, request.at) })
  if details.phone then remember_phone(calendar, details.phone, id, request.at) end
  local visit, reason = change(calendar, day, request.at, function(entries)
    -- The engine stopped after it was written and before it was told: it is written already.
    if entries[id] then return visit_of(id, entries[id]) end
    local fits, staff = slots.fit(calendar, entries, request)
    if not fits then return nil, "taken" end
    entries[id] = entry_of(calendar, request, details, staff)
    entries[id].held_until = seconds and os.time() + seconds
    return visit_of(id, entries[id])
  end)
  if not visit then kv.delete(key_of(calendar, "visit", id)) end
  return visit, reason
end

-- Changes the entry of a visit; `apply` gives false to remove it. What somebody else has removed meanwhile is removed.
local function change_visit(calendar, id, apply)
  local found, day = find(calendar, id)
  if not found then return nil, "not_found" end
  return change(calendar, day, found.at, function(entries)
    local entry = entries[id]
    local visit = visit_of(id, entry or found)
    if apply(entry or engine.copy(found)) == false then
      entries[id] = nil
      return visit
    end
    if not entry then return nil, "not_found" end
    return visit_of(id, entry)
  end)
end

function book.confirm(calendar, id, details)
  local visit, reason = change_visit(calendar, id, function(entry)
    entry.held_until = nil
    for name, value in pairs(details) do entry[name] = value end
  end)
  if not visit then return nil, reason == "not_found" and "expired" or reason end
  if details.phone then remember_phone(calendar, details.phone, id, visit.at) end
  return visit
end

function book.release(calendar, id)
  change_visit(calendar, id, function(entry) return entry.held_until == nil end)
end

function book.cancel(calendar, id)
  local visit, reason = change_visit(calendar, id, function() return false end)
  if visit then kv.delete(key_of(calendar, "visit", id)) end
  return visit, reason
end

function book.get(calendar, id)
  local entry = find(calendar, id)
  if not entry then return nil, "not_found" end
  return visit_of(id, entry)
end

function book.of_phone(calendar, phone)
  local visits = {}
  for id in pairs(kv.get(key_of(calendar, "phone", phone)) or {}) do
    local visit = book.get(calendar, id)
    if visit and not visit.held_until and visit.phone == phone and visit.at > os.time() then
      visits[#visits + 1] = visit
    end
  end
  return visits
end

-- Puts the entry of a visit at its new time.
local function put(calendar, id, day, request, before)
  return change(calendar, day, request.at, function(entries)
    entries[id] = nil -- it does not stand in its own way
    local fits, staff = slots.fit(calendar, entries, request)
    if not fits then return nil, "taken" end
    entries[id] = entry_of(calendar, request, before, staff)
    entries[id].held_until = before.held_until
    return visit_of(id, entries[id])
  end)
end

function book.reschedule(calendar, id, request)
  local before, day_before = find(calendar, id)
  if not before then return nil, "not_found" end
  if request.people == nil then request = engine.copy(request, "people", before.people) end
  local day = day_of(calendar, request)
  if not day then return nil, "closed" end
  local visit, reason = put(calendar, id, day, request, before)
  if not visit then return nil, reason end
  if before.phone then remember_phone(calendar, before.phone, id, visit.at) end
  if day ~= day_before then
    -- For a moment it is in both: nobody is given the old time before the new one is certain.
    kv.set(key_of(calendar, "visit", id), day, { expires = lifetime(calendar, request.at) })
    change(calendar, day_before, before.at, function(entries)
      entries[id] = nil
      return true
    end)
  end
  return visit
end

local function is_due(entry, before, by)
  local now = os.time()
  return entry.phone and not entry.held_until and (not entry.reminded or entry.reminded == by) and entry.at > now
    and entry.at <= now + before and entry.made <= entry.at - before
end

-- The visits of a day of which nobody has been reminded; from here on they count as if. Who marks them has a number, by
-- which it knows its own marks again if the engine stopped before it was told that they were made.
local function due_on(calendar, date, at, before)
  local kept = kv.get(key_of(calendar, "day", date))
  local any = false
  for _, entry in pairs(entries_of(kept)) do any = any or is_due(entry, before) end
  if not any then return {} end
  local by = kv.increment(key_of(calendar, "number", "reminders"))
  return change(calendar, date, at, function(entries)
    local due = {}
    for id, entry in pairs(entries) do
      if is_due(entry, before, by) then
        entry.reminded = by
        due[#due + 1] = visit_of(id, entry)
      end
    end
    return due
  end) or {}
end

function book.due(calendar, before)
  local due, date = {}, calendar.opening:local_time()
  for days = -1, math.ceil(before / DAY) do
    local noon = calendar.opening:moment { year = date.year, month = date.month, day = date.day + days }
    for _, visit in ipairs(due_on(calendar, slots.date(calendar.opening, noon), noon, before)) do due[#due + 1] = visit end
  end
  return due
end

return book
