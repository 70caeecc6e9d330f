local ivr = require "ivr"

local function ask_again(call, tries)
  local answer = call:gather { say = "Press 1.", digits = 1 }
  if answer and answer.digits == "1" then return call:dial("+15550100") end
  if tries < 3 then return ask_again(call, tries + 1) end
  call:say("Goodbye.")
end

local function goodbye(call)
  call:say("Goodbye.")
  call:hangup()
end

return {
  on_call = function(call)
    local size
    while not size do
      local answer, reason = call:gather { say = "For how many?", digits = 1 }
      if reason == "timeout" then return end
      size = answer and tonumber(answer.digits)
    end

    local misses = 0
    while misses < 3 do
      local answer = call:gather { say = "Press 1.", digits = 1 }
      if answer and answer.digits == "1" then break end
      misses = misses + 1
    end

    while true do
      local answer = call:gather { say = "Press 1 or 2.", digits = 1 }
      if not answer then goodbye(call) end
      if answer and answer.digits == "1" then return call:dial("+15550100") end
    end
  end,

  on_message = function(message)
    local words = message.body
    while true do
      local rest = words:match("^%s+(.*)")
      if not rest then return words end
      words = rest
    end
  end,

  on_call_ended = function(call)
    kv.set("choice", { ivr = ivr ~= nil, again = ask_again, call = call.id })
  end,
}
