local ivr = require "ivr"

local function goodbye(line)
  line:say("Goodbye!") --> wrong-place
end

local clerk = agent {
  instructions = "You are a clerk.",
  tools = {
    to_a_person = {
      about = "Brings in a person.",
      run = function(_, call)
        call:dial("+15550100") --> wrong-place
        return "done"
      end,
    },
  },
}

return {
  on_call = function(call)
    call:converse(clerk)
  end,

  on_message = function(message)
    message:say("Thank you.") --> wrong-place
    return message:converse(clerk)
  end,

  on_call_ended = function(call)
    call:gather { say = "How did you like it?" } --> wrong-place
    ivr.confirm(call, { say = "May we call back?" }) --> wrong-place
    goodbye(call)
  end,
}
