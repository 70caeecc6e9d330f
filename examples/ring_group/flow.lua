-- A team: rings two phones at once, then the manager, then takes a number to call back.
return {
  settings = { team = { "+15550111", "+15550112" }, manager = "+15550113" },

  on_call = function(call)
    call:say("One moment please.")
    local team, manager = call.settings.team, call.settings.manager
    if call:dial(team, { timeout = 15, whisper = "A call for the team." }) then return end
    if call:dial(manager, { timeout = 15 }) then return end

    local answer = call:gather { say = "Nobody is free. Key in your number and press pound, and we call you back." }
    if not answer then return end
    kv.set("call_back/" .. call.id, answer.digits)
    call:say("Thank you. Goodbye.")
  end,
}
