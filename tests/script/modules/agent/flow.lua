-- An agent with everything that one can have. What a conversation came to is kept for the tests to look at.
local host = agent {
  instructions = function(of) return "You are the host of " .. of.settings.name .. "." end,
  greeting = { text = "Good evening!", interruptible = false },
  voice = "cedar",
  time_limit = 300,
  goodbye = "We have to stop here.",
  silence = { timeout = 10, prompt = "Hello?", times = 1 },
  history_hours = 2,
  text = { model = "small-one", max_tokens = 200 },
  tools = {
    book = {
      about = "Books a table.",
      params = {
        day = "date: the day",
        people = "integer 1..12",
        name = "string? 2..40",
        where = "one of?: inside, garden",
        wishes = "string[]? ..3",
        ["address?"] = { street = "string", zip = "string?" },
        guests = { { name = "string" } },
      },
      say_while = "One moment…",
      play_while = "typing",
      run = function(args, of, tool)
        kv.increment("booked")
        kv.set("key", tool.key)
        if args.people == 12 then return nil, "full" end
        if args.people == 11 then error("the book is lost") end
        return { booked = args.day, by = of.from }
      end,
    },
    ask = { about = "Asks.", run = function(_, call) call:gather { digits = 1 } end },
    thank = { about = "Thanks.", run = function() end },
    close = {
      about = "Closes.",
      params = { why = "string" },
      run = function(args, _, tool)
        tool:finish { reason = "closed", value = args }
        return "closing"
      end,
    },
    check_pin = agent.collect_digits {
      digits = 4,
      run = function(digits)
        if digits == "1234" then return "right" end
        return nil, "wrong"
      end,
    },
    to_kitchen = agent.transfer {
      to = function(call) return call.settings.kitchen end,
      timeout = 20,
      whisper = function(summary, call) return call.from .. ": " .. summary end,
    },
    to_bar = agent.transfer { to = { "+15550103", "+15550104" } },
    agent.hangup,
    agent.escalate,
    agent.send_sms,
  },
}

return {
  settings = { name = "Concya", kitchen = "+15550101", mute = false, again = false },
  fallback = { say = "I am connecting you.", dial = "+15550102" },

  on_call = function(call)
    local outcome = call:converse(host, call.settings.mute and { silence = false, tools = {} } or nil)
    call.vars.outcome = outcome
    if outcome.reason == "closed" then call:say("Because " .. outcome.value.why .. ".") end
    if call.settings.again then call:converse { instructions = "Ask how it was." } end
  end,

  on_message = function(message)
    local reply, reason = message:converse(host)
    kv.set("reason", reason)
    return reply or "Sorry: " .. reason
  end,

  on_call_ended = function(call)
    kv.set("outcome", call.vars.outcome)
    kv.set("transcript", call:summary().transcript)
  end,
}
