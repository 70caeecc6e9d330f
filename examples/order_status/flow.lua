-- Asks another server: the caller keys in an order, the shop's own API says where it is.
local function look_up(order)
  local response = http.get("https://shop.example/orders/" .. order, { timeout = 3, retries = 1 })
  if not response then return nil, "offline" end
  if response.status ~= 200 then return nil, "unknown" end
  return response.json.state
end

return {
  settings = { front_desk = "+15550100" },

  on_call = function(call)
    local answer = call:gather { say = "Enter your order number, then press pound." }
    if not answer then return call:say("Please call again with your order number. Goodbye.") end

    local state, reason = look_up(answer.digits)
    if reason == "offline" then
      call:say("I cannot look that up just now.")
      return call:dial(call.settings.front_desk)
    end
    call:say(state and "Your order is " .. state .. "." or "There is no such order.")
  end,
}
