local API_KEY = "sk-proj-4f9aKq27Zx81LmTr05Wv" --> secret
local headers = {
  Authorization = "Bearer eyJ4bGciOi9JUzI1NiJ9.x1y2z3", --> secret
}

local crm = { user = "office" }
crm.password = "letmein" --> secret

local ACCOUNT = "AC0123456789abcdef0123456789abcdef:9f86d081884c7d659a2feaa0c55ad015" --> secret

return {
  settings = { booking_token = "b7Kd93hsPq61Zt" }, --> secret

  on_call = function(call)
    http.get("https://office:hunter2@crm.example/calls", { headers = headers }) --> secret
    kv.set("account", { ACCOUNT, API_KEY, crm })
    call:dial { sip = "sip:desk@pbx.example", username = "desk", password = "d3sk" } --> secret
  end,
}
