local ivr = require "ivr"

local TIMEOUT = "five"

local function run() end

return {
  on_call = function(call)
    call:say { text = "Hello", voise = "Polly.Joanna" } --> option
    call:say { voice = "Polly.Joanna" } --> option
    call:say() --> option
    call:pause("two") --> option
    call:gather {
      say = "Press 1.",
      digit = 1, --> option
      timeout = TIMEOUT, --> option
      speech = "yes", --> option
      finish_on_key = "##", --> option
    }
    call:gather {
      prompts = {
        "Welcome.",
        { say = { text = "Press 1.", lnguage = "en-US" } }, --> option
      },
    }
    call:dial("+15550100", { timout = 20 }) --> option
    call:dial({ conference = "Sales", beep = "always" }) --> option
    ivr.menu(call, {
      say = "Press 1.",
      choices = {
        { key = "1", run = run },
        { kye = "2", words = { "two" }, run = run }, --> option
      },
      trys = 2, --> option
    })
    ivr.menu(call, { say = "Press 1." }) --> option
    http.get("booking.example/slots") --> option
    http.post("https://crm.example/calls", { jsn = {}, later = true }) --> option
    call:reject("buzy") --> option
  end,
}
