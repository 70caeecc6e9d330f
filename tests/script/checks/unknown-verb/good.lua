local hours = require "hours"
local ivr = require "ivr"

local opening = hours.weekly { zone = "America/New_York", week = { monday = "9:00-17:00" } }

-- Not every `call` is one, and what a flow keeps itself is its own.
local function describe(call)
  return call.who .. ": " .. call:words()
end

local Record = {}
Record.__index = Record

function Record:words() return self.text end

local function book(line)
  line.vars.people = line:gather { say = "For how many?", digits = 1 }
  line.tries = 1
  return line.tries
end

local Service = {}
Service.__index = Service

function Service:welcome(message)
  self.call:say(message:upper())
end

return {
  on_call = function(c)
    local say = c.say
    say(c, "Hello")
    c.say(c, describe(setmetatable({ who = "it", text = "all is well" }, Record)))
    if c.from == "anonymous" then return end
    if opening:is_open() then c:say("We are open.") end
    local answer, reason = c:gather { say = "Press 1.", digits = 1 }
    if answer and answer.digits == "1" then book(c) end
    if reason then kv.increment("silent") end
    ivr.menu(c, { say = "Press 1.", choices = { { key = "1" } } })
    setmetatable({ call = c }, Service):welcome("welcome")
    c:anser() -- check: allow unknown-verb
  end,

  on_message = function(message)
    message:reply("Thank you.")
  end,
}
