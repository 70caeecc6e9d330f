---@meta booking
--- Appointments and tables: which times are free, held while the caller makes up their mind, booked, moved and canceled,
--- so that nobody gets a time that somebody else has. The book is kept in `kv`, or by the office's own server
--- (`booking.remote`), with the same words.
---
--- ```lua
--- -- flows/salon/flow.lua
--- local booking = require "booking"
---
--- local salon = booking.calendar {
---   opening = { zone = "America/New_York", week = { monday = "9:00-17:00", tuesday = "9:00-17:00" } },
---   services = {
---     haircut = { name = "a haircut", minutes = 30 },
---     color = { name = "a coloring", minutes = 90, staff = { "ann" } },
---   },
---   staff = { ann = { name = "Ann" }, ben = { name = "Ben" } },
--- }
---
--- return {
---   on_call = function(call)
---     local slots = salon:next_slots { service = "haircut" }
---     call:say("I have " .. salon:say_slots(slots) .. ".")
---     local visit = salon:hold(slots[1], { phone = call.from })
---     local answer = call:gather { say = "Press 1 for the first of these.", digits = 1 }
---     if answer and answer.digits == "1" and salon:confirm(visit.id) then
---       call:say("I have booked " .. salon:say(visit) .. ".")
---     else
---       salon:release(visit.id)
---     end
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/salon/flow_test.lua
--- local it = test.flow("salon", { at = "2026-03-02 15:10", zone = "America/New_York" })
---
--- it("books the first free time", function(caller)
---   caller:hears("I have three thirty in the afternoon, four in the afternoon or four thirty in the afternoon.")
---   caller:presses("1")
---   caller:hears("I have booked a haircut with Ann today at three thirty in the afternoon.")
--- end)
--- ```
local engine = ...
local hours = require "hours"

---@class booking
local booking = {}

--- Something that can be booked.
---@class BookingService
---@field minutes integer How long it takes. [1 to 1440]
---@field name? string What it is called in a sentence: "a haircut". [default the word it stands under]
---@field buffer? integer Minutes after it in which nothing else can begin. [0 to 1440, default 0]
---@field staff? string[] Who can do it, the first of them first. [default everybody]
---@field capacity? integer How many people can have it at once, whoever does it. [1 to 100000]

--- Somebody who can be booked.
---@class BookingStaff
---@field name? string What they are called. [default the word it stands under]
---@field opening? Opening|WeeklyOptions When they work. [default whenever it is open]
---@field capacity? integer How many people they serve at once. [1 to 100000, default 1]

---@class CalendarOptions
---@field opening Opening|WeeklyOptions When one can come, as `hours.weekly` makes it or takes it. A visit lies within one span.
---@field services table<string, BookingService> What can be booked, by the word that the flow uses for it.
---@field staff? table<string, BookingStaff> Who can be booked; without staff, `capacity` counts.
---@field capacity? integer How many people can be there at once. [1 to 100000, default 1 without staff, else unlimited]
---@field name? string Tells several calendars of one business apart. [at most 60, default "main"]
---@field step? integer Minutes between the times that are offered. [1 to 1440, default 15, or the shortest service if longer]
---@field notice? integer Minutes that a visit must be ahead. [0 to 100000, default 0]
---@field horizon? integer Days ahead that one can book. [1 to 730, default 60]
---@field hold? Seconds How long a time is held. [10 to 86400, default 180]
---@field keep_days? integer Days that visits are kept when they are over. [1 to 3650, default 90]

---@class RemoteCalendarOptions
---@field url Url Where the API is; its paths are put behind it.
---@field token? string Sent as a Bearer token.
---@field opening Opening|WeeklyOptions Its time zone is that of the server's dates and times.
---@field services table<string, BookingService> What can be booked, by the word that the server uses for it.
---@field staff? table<string, BookingStaff> Who can be booked, by the word that the server uses for them.
---@field holds? boolean Whether the server can hold a time (`POST /holds`). [default false]
---@field timeout? Seconds How long the caller waits for the server. [0.1 to 60, default 5]
---@field notice? integer Minutes that a visit must be ahead. [0 to 100000, default 0]
---@field horizon? integer Days ahead that one can book. [1 to 730, default 60]

--- What somebody wants to book, and when.
---@class BookingRequest
---@field service string A service of the calendar.
---@field at number When it begins, as `os.time()` counts.
---@field staff? string With whom. [default whoever is free]
---@field people? integer For how many. [1 to 100000, default 1]
---@field any_staff? boolean Somebody else will do where `staff` is taken. [default false]
---@field ends? number What a free time has beside; not looked at.
---@field free? integer What a free time has beside; not looked at.

--- A time that is free.
---@class BookingSlot
---@field service string A service of the calendar.
---@field at number When it begins, as `os.time()` counts.
---@field ends number When it ends.
---@field people integer For how many it was asked.
---@field free integer How many people there is room for.
---@field staff? string Who would do it.
---@field any_staff boolean Whether anybody else would do: nobody was asked for by name.

--- Whose visit it is.
---@class BookingDetails
---@field name? string Who comes. [at most 200]
---@field phone? string By which the visit is found again, and where it is reminded of. A hidden number is left out.
---@field note? string What else the office should know. [at most 1000]

--- A visit in the book.
---@class Booking
---@field id string By which it is confirmed, moved and canceled.
---@field service string A service of the calendar.
---@field at number When it begins, as `os.time()` counts.
---@field ends number When it ends.
---@field people integer For how many it is.
---@field staff? string With whom.
---@field name? string Who comes.
---@field phone? string By which it is found again.
---@field note? string What else the office should know.
---@field held_until? number For a time that is only held.

--- why a time cannot be had: "closed", "past", "too_soon" and "too_far" are about the calendar, "taken" means that there
--- is no room left, or that the one asked for does not work then; "unavailable": the server did not answer; "unknown": it
--- broke off, and nobody knows whether the visit is booked
---@alias BookingReason "taken"|"closed"|"past"|"too_soon"|"too_far"|"unavailable"|"unknown"

---@class SlotsOptions
---@field service string A service of the calendar.
---@field day? number Any moment of the day. [default today]
---@field from? number No earlier than this.
---@field to? number They begin before this.
---@field staff? string Only with this one.
---@field people? integer For how many. [1 to 100000, default 1]
---@field most? integer At most so many, the earliest. [1 to 1000]

---@class NextSlotsOptions
---@field service string A service of the calendar.
---@field from? number No earlier than this. [default now]
---@field staff? string Only with this one.
---@field people? integer For how many. [1 to 100000, default 1]
---@field most? integer How many are given. [1 to 100, default 3]
---@field days? integer How many days are looked at. [1 to 366, default 14]

---@class RemindOptions
---@field before? Seconds How long before the visit. [600 to 2592000, default 86400]
---@field text? string|fun(visit: Booking): string What is sent. [default "Reminder: a haircut tomorrow at ten."]
---@field from? PhoneNumber One of your numbers. [default the number that was called]

--- A book of visits, as `booking.calendar` and `booking.remote` make it.
---@class BookingCalendar
---@field opening Opening When it is open, to ask and to say times by.
local Calendar = {}
Calendar.__index = Calendar

local function check_entries(verb, class, entries)
  for _, entry in pairs(entries or {}) do engine.check(verb, class, entry) end
end

local function names_of(entries)
  local names = {}
  for name in pairs(entries) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function check_staff_of(services, staff)
  for name, service in pairs(services) do
    for _, one in ipairs(service.staff or {}) do
      if not staff[one] then
        engine.refuse(("booking: the service `%s` names `%s`, who is not in `staff`; %s"):format(name, one,
          engine.did_you_mean(one, names_of(staff))))
      end
    end
  end
end

local function make(verb, class, options, backend)
  local staff = options.staff or {}
  if not engine.is_known_good() then
    engine.check(verb, class, options)
    check_entries(verb .. ": a service", "BookingService", options.services)
    check_entries(verb .. ": one of the staff", "BookingStaff", staff)
    check_staff_of(options.services, staff)
  end
  local self = {
    options = options,
    opening = hours.weekly(options.opening),
    services = options.services,
    staff = {},
    staff_names = names_of(staff),
    backend = engine.part(backend),
  }
  for name, one in pairs(staff) do
    self.staff[name] = engine.copy(one, "opening", one.opening and hours.weekly(one.opening) or nil)
  end
  return setmetatable(self, Calendar)
end

--- Makes a calendar whose book is kept in `kv`. What is wrong in it stops the flow from loading.
---
--- ```lua
--- local tables = booking.calendar {
---   opening = opening,
---   services = { dinner = { name = "a table", minutes = 120 } },
---   capacity = 40, -- seats
--- }
--- local visit, reason = tables:book({ service = "dinner", at = opening:next_opening(), people = 4 }, { phone = call.from })
--- if reason == "taken" then call:say("We are full then.") end
--- ```
---@param options CalendarOptions
---@return BookingCalendar
function booking.calendar(options)
  return make("booking.calendar", "CalendarOptions", options, "booking_book")
end

--- Makes a calendar whose book is on the office's own server. It is asked in JSON, with local dates and times:
---
--- | | |
--- |---|---|
--- | `GET /slots?date=2026-03-03&service=cleaning` (and `&staff=` `&people=` where asked for) | 200 `{slots: ["10:00", {time: "11:30", staff: "ann"}]}` |
--- | `POST /holds` `{date, time, service, staff, people}` | 201 `{id}`, or 409 where somebody was faster |
--- | `POST /appointments` the same with `name, phone, note`, and `hold` where there was one | 201 `{id}`, or 409 |
--- | `DELETE /holds/ID` | 200 or 204 |
--- | `GET /appointments?phone=%2B12025550142` | 200 `{appointments: [{id, date, time, service, staff, people, name}]}` |
--- | `GET /appointments/ID` | 200 one of these, or 404 |
--- | `PATCH /appointments/ID` `{date, time, staff}` | 200, 404 or 409 |
--- | `DELETE /appointments/ID` | 200, 204 or 404 |
---
--- What is changed is asked for once: a server that breaks off gives `nil, "unknown"`.
---
--- ```lua
--- local office = booking.remote {
---   url = "https://booking.example/api",
---   token = call.settings.booking_token,
---   opening = opening,
---   services = { cleaning = { minutes = 30 } },
--- }
--- local slots, reason = office:slots { service = "cleaning" }
--- if not slots then call:say("I cannot look at our calendar just now.") end
--- ```
---@param options RemoteCalendarOptions
---@return BookingCalendar
function booking.remote(options)
  return make("booking.remote", "RemoteCalendarOptions", options, "booking_remote")
end

-- The service and the staff that a request names are the author's words: a wrong one is a mistake in the flow.
local function check_request(self, verb, class, request)
  engine.check(verb, class, request)
  if not self.services[request.service] then
    engine.refuse(("%s: there is no service `%s`; %s"):format(verb, request.service,
      engine.did_you_mean(request.service, names_of(self.services))))
  end
  if request.staff and not self.staff[request.staff] and #self.staff_names > 0 then
    engine.refuse(("%s: `%s` is not in `staff`; %s"):format(verb, request.staff,
      engine.did_you_mean(request.staff, self.staff_names)))
  end
end

-- What of the details goes into the book.
local function details_of(verb, details)
  details = details or {}
  engine.check(verb, "BookingDetails", details)
  local phone = details.phone
  if phone and not phone:find("^%+") then phone = nil end
  return { name = details.name, phone = phone, note = details.note }
end

-- Why nobody can come at a time, whoever else is there.
local function why_not(self, at)
  local now = os.time()
  if at < now then return "past" end
  if at < now + (self.options.notice or 0) * 60 then return "too_soon" end
  if at > now + (self.options.horizon or 60) * 86400 then return "too_far" end
end

--- Gives the free times of a day.
---
--- ```lua
--- local tomorrow = os.time() + 24 * 60 * 60
--- for _, slot in ipairs(salon:slots { service = "haircut", day = tomorrow, staff = "ann" }) do
---   log("free", { at = slot.at })
--- end
--- ```
---@waits
---@param options SlotsOptions
---@return BookingSlot[]? slots In order; empty for a day that is full, over or closed.
---@return "unavailable"? reason
function Calendar:slots(options)
  check_request(self, "calendar:slots", "SlotsOptions", options)
  local all, reason = self.backend.slots(self, options, options.day or os.time())
  if not all then return nil, reason end
  local slots = {}
  for _, slot in ipairs(all) do
    local wanted = slot.at >= (options.from or 0) and slot.at < (options.to or math.huge) and not why_not(self, slot.at)
    if wanted and #slots < (options.most or math.huge) then slots[#slots + 1] = slot end
  end
  return slots
end

--- Gives the next free times, over several days where one is full.
---
--- ```lua
--- local slots = salon:next_slots { service = "color", most = 2 }
--- if slots[1] then call:say("The next free time is " .. salon:say_slots(slots) .. ".") end
--- ```
---@waits
---@param options NextSlotsOptions
---@return BookingSlot[]? slots In order; empty where nothing is free in that time.
---@return "unavailable"? reason
function Calendar:next_slots(options)
  check_request(self, "calendar:next_slots", "NextSlotsOptions", options)
  local from, most, found = math.max(options.from or 0, os.time()), options.most or 3, {}
  local date = self.opening:local_time(from)
  -- The evening before may reach into this day.
  for days = -1, (options.days or 14) - 1 do
    local noon = self.opening:moment { year = date.year, month = date.month, day = date.day + days }
    if #self.opening:spans(noon) > 0 then
      local slots, reason = self:slots {
        service = options.service, staff = options.staff, people = options.people,
        day = noon, from = from, most = most - #found,
      }
      if not slots then return nil, reason end
      for _, slot in ipairs(slots) do found[#found + 1] = slot end
      if #found >= most then break end
    end
  end
  return found
end

--- Holds a time for a few minutes, so that nobody takes it while the caller spells their name. It is free again if it is
--- not confirmed.
---
--- ```lua
--- local visit, reason = salon:hold({ service = "haircut", at = os.time() + 3600, staff = "ben" }, { phone = call.from })
--- if reason == "taken" then call:say("Ben is busy then.") end
--- ```
---@waits
---@param slot BookingSlot|BookingRequest
---@param details? BookingDetails
---@return Booking? visit
---@return BookingReason? reason
function Calendar:hold(slot, details)
  check_request(self, "calendar:hold", "BookingRequest", slot)
  details = details_of("calendar:hold", details)
  local reason = why_not(self, slot.at)
  if reason then return nil, reason end
  return self.backend.take(self, slot, details, self.options.hold or 180)
end

--- Books what is held.
---
--- ```lua
--- local visit, reason = salon:confirm("17", { name = "Ann Lee" })
--- if reason == "expired" then call:say("Sorry, that took too long, and the time is gone.") end
--- ```
---@waits
---@param id string The visit's.
---@param details? BookingDetails What has been learnt meanwhile.
---@return Booking? visit
---@return "expired"|BookingReason|nil reason "expired": it was not held any longer, and somebody else may have it.
function Calendar:confirm(id, details)
  return self.backend.confirm(self, id, details_of("calendar:confirm", details))
end

--- Gives up a time that is held.
---@waits
---@param id string The visit's.
function Calendar:release(id)
  self.backend.release(self, id)
end

--- Books a time in one step.
---
--- ```lua
--- local slots = salon:slots { service = "haircut" }
--- local visit = slots[1] and salon:book(slots[1], { name = "Ann Lee", phone = call.from })
--- if visit then sms.send { to = call.from, body = "Booked: " .. salon:say(visit) .. ".", later = true } end
--- ```
---@waits
---@param slot BookingSlot|BookingRequest
---@param details? BookingDetails
---@return Booking? visit
---@return BookingReason? reason
function Calendar:book(slot, details)
  check_request(self, "calendar:book", "BookingRequest", slot)
  details = details_of("calendar:book", details)
  local reason = why_not(self, slot.at)
  if reason then return nil, reason end
  return self.backend.take(self, slot, details)
end

--- Gives a visit by its id.
---@waits
---@param id string
---@return Booking? visit
---@return "not_found"|"unavailable"|nil reason
function Calendar:get(id)
  return self.backend.get(self, id)
end

--- Gives the coming visits of a phone number, in order.
---
--- ```lua
--- for _, visit in ipairs(salon:of_phone(call.from)) do call:say("You have booked " .. salon:say(visit) .. ".") end
--- ```
---@waits
---@param phone string
---@return Booking[]? visits
---@return "unavailable"? reason
function Calendar:of_phone(phone)
  if not phone:find("^%+") then return {} end
  local visits, reason = self.backend.of_phone(self, phone)
  if not visits then return nil, reason end
  table.sort(visits, function(a, b) return a.at < b.at or a.at == b.at and a.id < b.id end)
  return visits
end

--- Cancels a visit; its time is free again.
---@waits
---@param id string
---@return Booking? visit What was canceled.
---@return "not_found"|"unavailable"|"unknown"|nil reason
function Calendar:cancel(id)
  return self.backend.cancel(self, id)
end

--- Moves a visit to another time, or to somebody else. Where that cannot be had, the visit stays as it is.
---
--- ```lua
--- local visit = salon:of_phone(call.from)[1]
--- local later = visit and salon:next_slots { service = visit.service, from = visit.ends }[1]
--- if later and salon:reschedule(visit.id, later) then call:say("It is " .. salon:say(later) .. " now.") end
--- ```
---@waits
---@param id string
---@param slot BookingSlot|BookingRequest
---@return Booking? visit
---@return "not_found"|BookingReason|nil reason
function Calendar:reschedule(id, slot)
  check_request(self, "calendar:reschedule", "BookingRequest", slot)
  local reason = why_not(self, slot.at)
  if reason then return nil, reason end
  return self.backend.reschedule(self, id, slot)
end

--- Texts everybody whose visit is near, once each. Flows run when somebody calls or texts: call this where each of those
--- ends, and a reminder goes out with the first that comes when it is due. Who booked at shorter notice is not reminded.
---
--- ```lua
--- on_call_ended = function()
---   salon:remind { before = 24 * 60 * 60, text = function(visit) return "See you: " .. salon:say(visit) .. "." end }
--- end
--- ```
---@waits
---@param options? RemindOptions
---@return integer sent How many were promised.
function Calendar:remind(options)
  options = options or {}
  engine.check("calendar:remind", "RemindOptions", options)
  local due = self.backend.due(self, options.before or 86400)
  for _, visit in ipairs(due) do
    local text = options.text or "Reminder: " .. self:say(visit) .. "."
    if type(text) == "function" then text = text(visit) end
    sms.send { to = visit.phone, body = text, from = options.from, later = true }
  end
  return #due
end

--- Gives the moment of a local date and time, as an assistant's tools get them.
---
--- ```lua
--- local visit = salon:book({ service = "haircut", at = salon:at("2026-03-09", "10:00") }, { phone = call.from })
--- ```
---@param date string "2026-03-09"
---@param time string "10:00"; seconds are left out.
---@return number? at nil for what is no date or no time.
function Calendar:at(date, time)
  local year, month, day = tostring(date):match("^(%d%d%d%d)-(%d%d)-(%d%d)$")
  local hour, minute = tostring(time):match("^(%d%d?):(%d%d)")
  if not year or not hour or tonumber(hour) > 24 or tonumber(minute) > 59 then return nil end
  local at = self.opening:moment { year = tonumber(year), month = tonumber(month), day = tonumber(day) }
  if self:date_and_time(at) ~= date then return nil end
  return self.opening:moment {
    year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = tonumber(hour), min = tonumber(minute),
  }
end

--- Gives the local date and time of a moment: "2026-03-09", "10:00".
---@param at number
---@return string date
---@return string time
function Calendar:date_and_time(at)
  local time = self.opening:local_time(at)
  return ("%04d-%02d-%02d"):format(time.year, time.month, time.day), ("%02d:%02d"):format(time.hour, time.min)
end

--- Gives a visit, or a free time, as people say it: "a haircut with Ann on Tuesday at ten".
---@param visit Booking|BookingSlot
---@return string
function Calendar:say(visit)
  local service, staff = self.services[visit.service] or {}, visit.staff and (self.staff[visit.staff] or {})
  local what = service.name or visit.service
  if (visit.people or 1) > 1 then what = ("%s for %d"):format(what, visit.people) end
  if staff then what = what .. " with " .. (staff.name or visit.staff) end
  return ("%s %s at %s"):format(what, self.opening:say_day(visit.at), self.opening:say_clock(visit.at))
end

--- Gives free times as people say them: "ten, eleven thirty or tomorrow at nine". A day is named where it begins.
---@param slots BookingSlot[]
---@return string text "nothing" where there are none.
function Calendar:say_slots(slots)
  local parts, said = {}, self.opening:say_day(os.time())
  for i, slot in ipairs(slots) do
    local day, clock = self.opening:say_day(slot.at), self.opening:say_clock(slot.at)
    parts[i] = day == said and clock or day .. " at " .. clock
    said = day
  end
  if #parts == 0 then return "nothing" end
  local last = table.remove(parts)
  return #parts > 0 and table.concat(parts, ", ") .. " or " .. last or last
end

return booking
