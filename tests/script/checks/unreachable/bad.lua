local function goodbye(call)
  call:hangup()
  call:say("Goodbye!") --> unreachable
end

return {
  on_call = function(call)
    if call.from == "anonymous" then
      call:reject()
      kv.increment("hidden") --> unreachable
    end
    if call.to == "+15550100" then
      call:redirect("https://other.example/voice")
    else
      return goodbye(call)
    end
    call:say("Welcome!") --> unreachable
  end,
}
