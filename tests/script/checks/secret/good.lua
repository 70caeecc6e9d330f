-- Twilio's account is no secret, a setting holds what is, and a parameter's name is only a name.
local ACCOUNT = "AC0123456789abcdef0123456789abcdef"
local TOKEN_KEY = "token/of/the/day"

local agent_of_bank = agent {
  instructions = "Ask for the password of the day. It begins with sk-.",
  tools = {
    check = {
      about = "Checks the password of the day.",
      params = { password = "string: what the caller says", token = "string?" },
      run = function(args) return tostring(args.password == kv.get(TOKEN_KEY .. (args.token or ""))) end,
    },
  },
}

return {
  settings = { booking_token = "", password = "" },

  on_call = function(call)
    local token = call.settings.booking_token
    http.get("https://crm.example/calls", { headers = { Authorization = "Bearer " .. token } })
    kv.set("account", ACCOUNT)
    kv.set("digest", "00000000000000000000000000000000")
    call:converse(agent_of_bank)
  end,
}
