local hours = require "hours"
local ivr = require "ivr"

local opening = hours.weekly { zone = "America/New_York", week = { monday = "9:00-17:00" } }

local function book(line)
  line:gahter { say = "For how many?", digits = 1 } --> unknown-verb
end

local Service = {}
Service.__index = Service

function Service:welcome()
  self.call:sya("Welcome!") --> unknown-verb
end

return {
  on_call = function(c)
    c:anser() --> unknown-verb
    c.say("Hello") --> unknown-verb
    if c.form == "anonymous" then return end --> unknown-verb
    if opening:is_opn() then c:say("We are open.") end --> unknown-verb
    local answer, reason = c:gather { say = "Press 1.", digits = 1 }
    if answer and answer.digit == "1" then book(c) end --> unknown-verb
    if reason then kv.icrement("silent") end --> unknown-verb
    ivr.menue(c, { choices = {} }) --> unknown-verb
    setmetatable({ call = c }, Service):welcome()
  end,

  on_message = function(message)
    return message:answer("Thank you.") --> unknown-verb
  end,
}
