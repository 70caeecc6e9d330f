-- The caller talks with an assistant, which looks up their order with a tool; a person is one sentence away.
local function look_up(args)
  local response = http.get("https://shop.example/orders/" .. args.order, { timeout = 3, retries = 1 })
  if not response then return nil, "the order system does not answer" end
  if response.status ~= 200 then return nil, "there is no such order" end
  return { state = response.json.state }
end

local clerk = agent {
  instructions = "You are the clerk of a shop. Callers want to know where their order is. Be brief and friendly.",
  greeting = "Hello! What is your order number?",
  tools = {
    order_status = {
      about = "Tells where an order is.",
      params = { order = "integer 1..999999: the order number" },
      say_while = "One moment, let me see.",
      run = look_up,
    },
    agent.hangup,
    agent.escalate,
  },
}

return {
  settings = { front_desk = "+15550100" },
  fallback = { dial = "+15550100" }, -- where the model cannot be had, a person answers

  on_call = function(call)
    local outcome = call:converse(clerk)
    if outcome.reason == "escalate" then call:dial(call.settings.front_desk, { whisper = outcome.value.why }) end
  end,

  on_message = function(message)
    return message:converse(clerk) or "Sorry, we cannot answer texts just now. Please call us."
  end,
}
