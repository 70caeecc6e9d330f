local ivr = require "ivr"
local words = require "words"

local TIMEOUT = 5
local more = {}
more.retries = 2

local function run() end

local function options(call)
  return { say = call.settings.greeting, digit = call.from }
end

return {
  settings = { greeting = "Hello", choices = {} },

  on_call = function(call)
    call:say { text = "Hello", voice = "Polly.Joanna" }
    call:say("Hello", { voice = call.settings.voice or "Polly.Joanna" })
    call:say(call.settings.greeting)
    call:pause()
    call:record()
    call:gather {
      say = { text = "Press 1." },
      digits = 1,
      timeout = TIMEOUT,
      speech = call.from ~= "anonymous",
      finish_on_key = "",
    }
    call:gather(options(call))
    call:gather { prompts = { "Welcome.", { say = { text = "Press 1.", language = "en-US" } }, { pause = 1 } } }
    call:dial { "+15550100", { number = "+15550101", send_digits = "w1" } }
    call:dial { to = "+15550100", timeout = 20 }
    call:dial({ conference = "Sales", beep = "onEnter" }, { time_limit = 60 * 60 })
    call:enqueue("desk")
    words.choose("two", { { words = { "two" }, reply = "Two it is." } })
    ivr.menu(call, {
      say = "Press 1.",
      choices = { { key = "1", run = run }, { key = "2", words = { "two" }, run = run } },
      tries = 2,
    })
    ivr.menu(call, { say = "Press 1.", choices = call.settings.choices })
    http.get("https://booking.example/slots", more)
    http.post("https://crm.example/calls", { json = { from = call.from }, later = true })
    call:converse({ instructions = "You are Lexi." }, { time_limit = 60 })
    call:reject("busy")
  end,
}
