local function goodbye(call)
  call:say("Goodbye!")
  call:hangup()
end

return {
  on_call = function(call)
    if call.from == "anonymous" then
      kv.increment("hidden")
      call:reject()
    end
    if call.to == "+15550100" then
      call:redirect("https://other.example/voice")
    elseif call.to == "+15550101" then
      return goodbye(call)
    end
    call:say("Welcome!")
    do
      call:leave()
    end
  end,
}
