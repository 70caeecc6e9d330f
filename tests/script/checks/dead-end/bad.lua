local ivr = require "ivr"

local function ask_again(call)
  local answer = call:gather { say = "Press 1.", digits = 1 } --> dead-end
  if answer and answer.digits == "1" then return call:dial("+15550100") end
  return ask_again(call)
end

local function sorry(call) call:say("Sorry, once more.") end

return {
  on_call = function(call)
    local size
    while not size do
      local answer = call:gather { say = "For how many?", digits = 1 } --> dead-end
      if answer then size = tonumber(answer.digits) end
    end

    while true do
      local answer, reason = call:gather { say = "Press 1 or 2.", digits = 1 } --> dead-end
      if answer and answer.digits == "1" then return call:dial("+15550100") end
      if answer ~= nil and answer.digits == "2" then break end
      sorry(call)
      log("again", { reason = reason })
    end

    local choice
    repeat
      choice = ivr.menu(call, { say = "Press 1.", choices = { { key = "1" } } }) --> dead-end
    until choice

    call:gather { say = "Press 1.", dtmf = false } --> dead-end
    ivr.menu(call, {
      say = "Press 1.",
      speech = false,
      choices = {
        { key = "1" },
        { words = { "two" } }, --> dead-end
        { key = "1", name = "other" }, --> dead-end
      },
    })
    ask_again(call)
  end,
}
