local ivr = require "ivr"

local function goodbye(line)
  line:say("Goodbye!")
end

-- For both: looks first which of them it is.
local function finish(line, live)
  if live then line:say("Thank you.") end
  kv.set("last/" .. line.from, true)
end

local clerk = agent {
  instructions = "You are a clerk.",
  greeting = function(call)
    return "Hello, " .. (call.caller.name or "caller") .. "!"
  end,
  tools = {
    note = {
      about = "Keeps a note.",
      params = { text = "string" },
      run = function(args, call, tool)
        tool:say("One moment.")
        kv.set("note/" .. call.id, args.text)
        return "done"
      end,
    },
  },
}

return {
  on_call = function(call)
    local outcome = call:converse(clerk)
    if outcome.reason == "escalate" then call:dial("+15550100") end
    ivr.confirm(call, { say = "May we call back?" })
    finish(call, true)
    goodbye(call)
  end,

  on_message = function(message)
    message:reply("One moment.")
    return message:converse(clerk)
  end,

  on_call_ended = function(call)
    finish(call, false)
    http.post("https://crm.example/calls", { json = call:summary(), later = true })
    sms.send { to = call.from, body = "Thank you for calling." }
  end,
}
