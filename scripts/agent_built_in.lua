-- The tools that come with the engine, each made from the options that its author gave.
local BuiltIn = {}

local function whisper_of(options, summary, call)
  if type(options.whisper) == "function" then return options.whisper(summary, call) end
  if options.whisper == false then return nil end
  return options.whisper or summary
end

function BuiltIn.hangup(options)
  return {
    about = options.about or "Ends the call. Use it once the caller needs nothing more, right after saying goodbye.",
    run = function(_, _, use) use:finish() end,
    only_by_voice = true,
  }
end

function BuiltIn.transfer(options)
  return {
    about = options.about or "Puts the caller through to a person. Say so first.",
    params = { summary = "string: who calls, what they want and what was agreed, in one or two sentences, for the "
      .. "person who takes over" },
    run = function(args, _, use) use:finish { reason = "transfer", value = { summary = args.summary, tool = use.name } } end,
    after = function(call, outcome)
      local to = options.to
      if type(to) == "function" then to = to(call) end
      outcome.dial, outcome.dial_reason = call:dial(to, {
        whisper = whisper_of(options, outcome.value and outcome.value.summary, call),
        caller_id = options.caller_id,
        timeout = options.timeout,
        time_limit = options.time_limit,
        sequential = options.sequential,
        record = options.record,
      })
    end,
    only_by_voice = true,
  }
end

function BuiltIn.escalate(options)
  return {
    about = options.about or "Brings in a person: use it when the caller asks for one, or when you cannot help. Say so "
      .. "first.",
    params = { why = "string: what the caller needs, in a few words" },
    run = function(args, _, use)
      use:finish { reason = "escalate", value = { why = args.why } }
      if not use.by_voice then return "A person has been told and will get in touch." end
    end,
  }
end

function BuiltIn.send_sms(options)
  return {
    about = options.about or "Sends the caller a text message, such as a summary or an address. Ask first.",
    params = { text = "string 1..1600: the whole message" },
    run = function(args, call)
      if not call.from:find("^%+") then return nil, "the caller's number is hidden" end
      local sent, reason = sms.send { to = call.from, from = options.from, body = args.text }
      if not sent then return nil, reason end
      return "sent"
    end,
    only_by_voice = true,
  }
end

function BuiltIn.collect_digits(options)
  return {
    about = options.about or "Has the caller press keys on the phone. Ask them to, first; you do not see the digits.",
    run = function(_, call, use)
      local digits, reason = use:collect_digits {
        digits = options.digits,
        finish_on_key = options.finish_on_key,
        timeout = options.timeout,
      }
      if not digits then return nil, "the caller pressed nothing (" .. tostring(reason) .. ")" end
      return options.run(digits, call, use)
    end,
    only_by_voice = true,
  }
end

return BuiltIn
