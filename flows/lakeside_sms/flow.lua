-- Lakeside Bakery answers text messages by keyword, and tells callers to text.
local hours = require "hours"
local sms = require "sms"

local opening = hours.weekly {
  zone = "America/Chicago",
  week = {
    tuesday = "7:00-15:00",
    wednesday = "7:00-15:00",
    thursday = "7:00-15:00",
    friday = "7:00-18:00",
    saturday = "8:00-13:00",
  },
  holidays = { ["12-25"] = "closed", ["12-24"] = "7:00-12:00" },
}

local function hours_now()
  local open, closes = opening:is_open()
  if open then return "We are open until " .. opening:say_time(closes) .. "." end
  return "We are closed. We open " .. opening:say_time(opening:next_opening()) .. "."
end

---@type Flow
return {
  settings = { address = "12 Lake Road, right by the pier" },
  fallback = { say = "The bakery's phone is resting. Please text us at this number." },

  on_message = sms.keywords {
    replies = {
      { words = { "hours", "open", "closed" }, reply = hours_now },
      { words = { "address", "where", "directions" },
        reply = function(message) return "We are at " .. message.settings.address .. "." end },
      { words = { "cake", "order", "birthday" },
        reply = "Cakes need two days. Text us the day, the size and a name, and we will call you back." },
      { words = { "menu", "price", "prices" },
        reply = { body = "This week's bread and cakes:", media = { "https://lakeside.example/menu.jpg" } } },
    },
    otherwise = "Lakeside Bakery here! Text HOURS, ADDRESS, MENU or CAKE.",
  },

  on_call = function(call)
    call:say("Lakeside Bakery. " .. hours_now())
    call:say("For anything else, text us at this number. Goodbye!")
  end,
}
