-- Which times of a day are free, given what is in its book.
--
-- A day is a local date with the spans that begin on it, so a visit after midnight belongs to the evening before. Its
-- book is { entries = { id → { at, ends, free_at, service, staff, people, … } } }; `free_at` is when the next may begin.
local slots = {}

local function noon_of(opening, at, days)
  local date = opening:local_time(at)
  return opening:moment { year = date.year, month = date.month, day = date.day + days }
end

--- The name of a local date: "2026-03-03".
function slots.date(opening, at)
  local date = opening:local_time(at)
  return ("%04d-%02d-%02d"):format(date.year, date.month, date.day)
end

-- The spans of a day, without what the evening before reaches into: that belongs to its own day.
local function own_spans(opening, noon)
  local taken_until, own = 0, {}
  for _, span in ipairs(opening:spans(noon_of(opening, noon, -1))) do
    taken_until = math.max(taken_until, span.closes)
  end
  for _, span in ipairs(opening:spans(noon)) do
    local opens = math.max(span.opens, taken_until)
    if opens < span.closes then own[#own + 1] = { opens = opens, closes = span.closes } end
  end
  return own
end

--- The day that a visit belongs to; nil where the house is closed for any of it.
function slots.day_of(opening, at, ends)
  for days = -1, 0 do
    local noon = noon_of(opening, at, days)
    for _, span in ipairs(own_spans(opening, noon)) do
      if span.opens <= at and ends <= span.closes then return slots.date(opening, noon) end
    end
  end
end

-- When each of the staff works around a day; nil for those who are there whenever it is open.
local function shifts_of(calendar, noon)
  local shifts = {}
  for name, one in pairs(calendar.staff) do
    if one.opening then
      local spans = {}
      for days = -1, 1 do
        for _, span in ipairs(one.opening:spans(noon_of(one.opening, noon, days))) do spans[#spans + 1] = span end
      end
      shifts[name] = spans
    end
  end
  return shifts
end

local function works(shift, at, ends)
  if not shift then return true end
  for _, span in ipairs(shift) do
    if span.opens <= at and ends <= span.closes then return true end
  end
  return false
end

-- The most people that there are at any one moment between two, in the entries where `field` is `value`.
local function peak(entries, from, to, field, value)
  local near, most = {}, 0
  for _, entry in pairs(entries) do
    if entry.at < to and entry.free_at > from and (not field or entry[field] == value) then
      near[#near + 1] = entry
    end
  end
  for _, one in ipairs(near) do
    local at, sum = math.max(one.at, from), 0
    for _, other in ipairs(near) do
      if other.at <= at and other.free_at > at then sum = sum + other.people end
    end
    most = math.max(most, sum)
  end
  return most
end

-- Who may do it, in the order in which they are asked.
local function candidates(calendar, request)
  local able = calendar.services[request.service].staff or calendar.staff_names
  if not request.staff then return able end
  local chosen = {}
  for _, name in ipairs(able) do
    if name == request.staff then chosen[1] = name end
  end
  if request.any_staff then
    for _, name in ipairs(able) do
      if name ~= request.staff then chosen[#chosen + 1] = name end
    end
  end
  return chosen
end

--- Room for a request at a time: how many people at most, and who of the staff; 0 where there is none.
local function room(calendar, entries, shifts, request, at)
  local service = calendar.services[request.service]
  local people, ends = request.people or 1, at + service.minutes * 60
  local free_at = ends + (service.buffer or 0) * 60
  local free = calendar.options.capacity or #calendar.staff_names == 0 and 1 or math.huge
  if free < math.huge then free = free - peak(entries, at, free_at) end
  if service.capacity then
    free = math.min(free, service.capacity - peak(entries, at, free_at, "service", request.service))
  end
  if free < people then return 0 end
  if #calendar.staff_names == 0 then return free end
  for _, name in ipairs(candidates(calendar, request)) do
    if works(shifts[name], at, ends) then
      local own = (calendar.staff[name].capacity or 1) - peak(entries, at, free_at, "staff", name)
      if own >= people then return math.min(own, free), name end
    end
  end
  return 0
end

-- Minutes between two times that are offered.
local function step_of(calendar)
  if calendar.options.step then return calendar.options.step end
  local shortest = math.huge
  for _, service in pairs(calendar.services) do shortest = math.min(shortest, service.minutes) end
  return math.max(15, shortest)
end

--- The free times of the local day of a moment.
function slots.of_day(calendar, entries, request, day)
  local noon = noon_of(calendar.opening, day, 0)
  local shifts, seconds = shifts_of(calendar, noon), calendar.services[request.service].minutes * 60
  local step, found = step_of(calendar) * 60, {}
  for _, span in ipairs(own_spans(calendar.opening, noon)) do
    for at = span.opens, span.closes - seconds, step do
      local free, staff = room(calendar, entries, shifts, request, at)
      if free > 0 then
        found[#found + 1] = {
          service = request.service, at = at, ends = at + seconds, people = request.people or 1, free = free,
          staff = staff, any_staff = not request.staff,
        }
      end
    end
  end
  return found
end

--- Whether a request fits into the book of its day, and with whom of the staff.
function slots.fit(calendar, entries, request)
  local shifts = shifts_of(calendar, noon_of(calendar.opening, request.at, 0))
  local free, staff = room(calendar, entries, shifts, request, request.at)
  return free > 0, staff
end

return slots
