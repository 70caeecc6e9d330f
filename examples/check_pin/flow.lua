-- A secret on the phone: the caller presses a PIN that neither the assistant nor the transcript ever sees.
local function check(digits, call)
  if digits == kv.get("pin/" .. call.from) then
    call.vars.known = true
    return "the PIN is right"
  end
  if kv.increment("wrong_pins/" .. call.from, 1, { expires = 3600 }) >= 3 then return nil, "no more tries in this hour" end
  return nil, "the PIN is wrong"
end

local function balance(_, call)
  if not call.vars.known then return nil, "the caller has not pressed their PIN: use check_pin first" end
  return { balance = kv.get("balance/" .. call.from) }
end

local teller = agent {
  instructions = "You tell members their balance. Have them press their PIN first: ask for it, then use check_pin.",
  greeting = "Hello! Shall I tell you your balance?",
  tools = {
    check_pin = agent.collect_digits { digits = 4, about = "Has the caller press their PIN.", run = check },
    tell_balance = { about = "Gives the caller's balance.", run = balance },
    agent.hangup,
  },
}

return {
  fallback = { dial = "+15550100" },
  on_call = function(call) call:converse(teller) end,
}
