-- Replies with what `hours` says now.
local hours = require "hours"

local opening = hours.weekly {
  zone = "America/New_York",
  week = {
    monday = "9-12, 14:00 - 17:30",
    friday = "5 pm-2 am",
    saturday = "17:00-02:00",
    sunday = "00:00-24:00",
    wednesday = "closed",
  },
  holidays = { ["2026-05-25"] = "10:00-11:05", ["12-25"] = "closed" },
}

local never = hours.weekly { zone = "UTC", week = {} }

local tell = {
  open = function()
    local open, closes = opening:is_open()
    return open and "until " .. opening:say_time(closes) or "closed"
  end,
  next = function() return opening:say_time(opening:next_opening()) end,
  today = function() return opening:say_hours() or "closed" end,
  never = function() return tostring(never:next_opening()) end,
}

return { on_message = function(message) return tell[message.body]() end }
