-- The office's booking API, under `settings.booking_url`. Whose settings are meant is told by the call or the message.
--
--   GET    /slots?date=2026-03-03&service=cleaning   200 { slots: ["10:00", "11:30"] }
--   POST   /appointments                             201 { id: "a1" }, or 409 where somebody was faster
--   GET    /appointments?phone=%2B12025550142        200 { appointments: [{ id, date, time, service }] }
--   PATCH  /appointments/a1                          200, or 409
--   DELETE /appointments/a1                          204
--
-- What fails comes back as nil and a reason in words that the assistant can pass on.
local booking = {}

local TIMEOUT = 5 -- seconds: somebody waits on the line

local DOWN = "the booking system does not answer: say so, do not guess, and offer to bring in the front desk"
local NOT_KNOWN = "the booking system broke off, and nobody knows whether this went through: say exactly that, do not "
  .. "try again, and bring in the front desk"
local TAKEN = "that time has just been taken: offer another one"

local function encoded(text)
  return (text:gsub("[^%w%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

-- The answer of the API; nil where there was none, or none that can be trusted.
local function request(of, method, path, options)
  options = options or {}
  local settings, tally = of.settings, of.vars.booking or { requests = 0, failed = 0 }
  local response = http.request {
    method = method,
    url = settings.booking_url .. path,
    headers = settings.booking_token and { Authorization = "Bearer " .. settings.booking_token } or nil,
    json = options.json,
    timeout = TIMEOUT,
    retries = method == "GET" and 1 or 0,
  }
  local good = response and response.status < 500
  tally.requests, tally.failed = tally.requests + 1, tally.failed + (good and 0 or 1)
  of.vars.booking = tally
  return good and response or nil
end

-- What is in a list of the API's answer.
local function list_in(of, path, name)
  local response = request(of, "GET", path)
  local list = response and response.status == 200 and type(response.json) == "table" and response.json[name]
  if type(list) ~= "table" then return nil, DOWN end
  return list
end

-- Whether a change was made.
local function change(of, method, path, record)
  local response = request(of, method, path, { json = record })
  if not response then return nil, NOT_KNOWN end
  if response.status == 409 then return nil, TAKEN end
  if response.status < 300 then return true end
  log("booking refused", { method = method, status = response.status })
  return nil, "the booking system refuses this: nothing was changed; offer to bring in the front desk"
end

--- Gives the free times of a day, as "10:00".
---@param of Call|Message
---@param date string "2026-03-03"
---@param service? string
---@return string[]? slots
---@return string? reason
function booking.slots(of, date, service)
  local query = "/slots?date=" .. date
  if service then query = query .. "&service=" .. encoded(service) end
  local slots, reason = list_in(of, query, "slots")
  for _, slot in ipairs(slots or {}) do
    if type(slot) ~= "string" then return nil, DOWN end
  end
  return slots, reason
end

--- Books a slot.
---@param of Call|Message
---@param visit {date: string, time: string, service: string, name: string, phone: string}
---@return boolean? booked
---@return string? reason
function booking.create(of, visit)
  return change(of, "POST", "/appointments", visit)
end

-- Whether it has all that is said of an appointment.
local function is_appointment(one)
  return type(one) == "table" and one.id ~= nil and type(one.service) == "string"
    and tostring(one.date):find("^%d%d%d%d%-%d%d%-%d%d") ~= nil and tostring(one.time):find("^%d%d?:%d%d") ~= nil
end

--- Gives the coming appointments under a phone number.
---@param of Call|Message
---@param phone string
---@return {id: string, date: string, time: string, service: string}[]? appointments
---@return string? reason
function booking.of_phone(of, phone)
  local list, reason = list_in(of, "/appointments?phone=" .. encoded(phone), "appointments")
  for i, one in ipairs(list or {}) do
    if not is_appointment(one) then
      log("booking not understood", { appointment = i })
      return nil, DOWN
    end
  end
  return list, reason
end

--- Moves an appointment to another slot.
---@param of Call|Message
---@param id string
---@param date string
---@param time string
---@return boolean? moved
---@return string? reason
function booking.move(of, id, date, time)
  return change(of, "PATCH", "/appointments/" .. encoded(id), { date = date, time = time })
end

--- Cancels an appointment.
---@param of Call|Message
---@param id string
---@return boolean? canceled
---@return string? reason
function booking.cancel(of, id)
  return change(of, "DELETE", "/appointments/" .. encoded(id))
end

return booking
