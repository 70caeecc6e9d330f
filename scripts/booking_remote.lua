-- The book of a calendar on the office's own server: the API that booking.remote describes.
local engine = ...

local remote = {}

local function encoded(text)
  return (tostring(text):gsub("[^%w%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

local function request(calendar, method, path, json)
  local options = calendar.options
  return http.request {
    method = method,
    url = options.url .. path,
    headers = options.token and options.token ~= "" and { Authorization = "Bearer " .. options.token } or nil,
    json = json,
    timeout = options.timeout or 5,
    retries = method == "GET" and 1 or 0,
  }
end

-- What a GET gives; nil where there is none that can be trusted.
local function ask_for(calendar, path)
  local response = request(calendar, "GET", path)
  if response and response.status == 404 then return nil, "not_found" end
  local good = response and response.status == 200 and type(response.json) == "table"
  if not good then return nil, "unavailable" end
  return response.json
end

-- What comes of a change.
local function change(calendar, method, path, json)
  local response, reason = request(calendar, method, path, json)
  if not response then return nil, (reason == "unreachable" or reason == "refused") and "unavailable" or "unknown" end
  if response.status == 404 or response.status == 410 then return nil, "not_found" end
  if response.status == 409 then return nil, "taken" end
  if response.status >= 500 then return nil, "unknown" end
  if response.status >= 300 then
    log("the booking server refuses", { method = method, path = path, status = response.status })
    return nil, "unavailable"
  end
  return type(response.json) == "table" and response.json or {}
end

local function seconds_of(calendar, service)
  local known = calendar.services[service]
  return (known and known.minutes or 30) * 60
end

-- A record of the server's as a visit; nil where it makes no sense.
local function visit_of(calendar, record)
  local at = type(record) == "table" and record.id ~= nil and calendar:at(record.date, record.time)
  if not at then return nil end
  local service = tostring(record.service)
  return {
    id = tostring(record.id), service = service, at = at, ends = at + seconds_of(calendar, service),
    people = tonumber(record.people) or 1, staff = record.staff, name = record.name, phone = record.phone,
    note = record.note,
  }
end

function remote.slots(calendar, wanted, day)
  local date = calendar:date_and_time(day)
  local path = ("/slots?date=%s&service=%s"):format(date, encoded(wanted.service))
  if wanted.staff then path = path .. "&staff=" .. encoded(wanted.staff) end
  if wanted.people then path = path .. "&people=" .. wanted.people end
  local answer = ask_for(calendar, path)
  if not answer or type(answer.slots) ~= "table" then return nil, "unavailable" end
  local found = {}
  for _, slot in ipairs(answer.slots) do
    if type(slot) ~= "table" then slot = { time = slot } end
    local at = calendar:at(date, slot.time)
    if at then
      found[#found + 1] = {
        service = wanted.service, at = at, ends = at + seconds_of(calendar, wanted.service),
        people = wanted.people or 1, free = tonumber(slot.free) or wanted.people or 1, staff = slot.staff,
        any_staff = not wanted.staff,
      }
    end
  end
  table.sort(found, function(a, b) return a.at < b.at end)
  return found
end

-- What the server is told of a request.
local function record_of(calendar, wanted, details)
  local date, time = calendar:date_and_time(wanted.at)
  return {
    date = date, time = time, service = wanted.service, staff = wanted.staff, people = wanted.people,
    name = details.name, phone = details.phone, note = details.note,
  }
end

-- A visit as it was asked for, which the server has taken under an id.
local function taken_as(calendar, id, record)
  return visit_of(calendar, engine.copy(record, "id", id))
end

local function create(calendar, record)
  local answer, reason = change(calendar, "POST", "/appointments", record)
  if not answer then return nil, reason == "not_found" and "taken" or reason end
  if answer.id == nil then return nil, "unknown" end
  return taken_as(calendar, answer.id, record)
end

-- A time that is held is named by all that is needed to book it: the engine keeps nothing between two asks but the flow.
-- Without holds on the server, a time is free until it is booked, and `confirm` tells whether it still was.
local function hold(calendar, record, seconds)
  local id = ""
  if calendar.options.holds then
    local answer, reason = change(calendar, "POST", "/holds", record)
    if not answer then return nil, reason == "not_found" and "taken" or reason end
    id = tostring(answer.id)
  end
  local held = taken_as(calendar, "hold:" .. id .. ":" .. json.encode(record), record)
  held.held_until = os.time() + seconds
  return held
end

function remote.take(calendar, wanted, details, seconds)
  local record = record_of(calendar, wanted, details)
  if seconds then return hold(calendar, record, seconds) end
  return create(calendar, record)
end

local function read_hold(id)
  local hold_id, record = id:match("^hold:([^:]*):(.*)$")
  if not hold_id then return nil end
  return hold_id, json.decode(record)
end

function remote.confirm(calendar, id, details)
  local hold_id, record = read_hold(id)
  if not hold_id then return nil, "expired" end
  for name, value in pairs(details) do record[name] = value end
  if hold_id ~= "" then record.hold = hold_id end
  local visit, reason = create(calendar, record)
  if reason == "taken" then reason = "expired" end
  return visit, reason
end

function remote.release(calendar, id)
  local hold_id = read_hold(id)
  if hold_id and hold_id ~= "" then change(calendar, "DELETE", "/holds/" .. encoded(hold_id)) end
end

function remote.get(calendar, id)
  local record, reason = ask_for(calendar, "/appointments/" .. encoded(id))
  if not record then return nil, reason end
  local visit = visit_of(calendar, record)
  if not visit then return nil, "unavailable" end
  return visit
end

function remote.of_phone(calendar, phone)
  local answer = ask_for(calendar, "/appointments?phone=" .. encoded(phone))
  if not answer or type(answer.appointments) ~= "table" then return nil, "unavailable" end
  local visits = {}
  for _, record in ipairs(answer.appointments) do
    local visit = visit_of(calendar, record)
    if visit and visit.at > os.time() then visits[#visits + 1] = visit end
  end
  return visits
end

function remote.cancel(calendar, id)
  local visit, reason = remote.get(calendar, id)
  if not visit then return nil, reason end
  local done
  done, reason = change(calendar, "DELETE", "/appointments/" .. encoded(id))
  if not done then return nil, reason end
  return visit
end

function remote.reschedule(calendar, id, wanted)
  local before, reason = remote.get(calendar, id)
  if not before then return nil, reason end
  local date, time = calendar:date_and_time(wanted.at)
  local done
  done, reason = change(calendar, "PATCH", "/appointments/" .. encoded(id), {
    date = date, time = time, staff = wanted.staff, people = wanted.people,
  })
  if not done then return nil, reason end
  before.ends, before.at = wanted.at + seconds_of(calendar, before.service), wanted.at
  before.staff, before.people = wanted.staff or before.staff, wanted.people or before.people
  return before
end

function remote.due()
  engine.refuse("calendar:remind: the book of this calendar is on the office's own server, which reminds its visitors "
    .. "itself; a calendar made by booking.calendar can")
end

return remote
