-- A waiting line: callers of one number wait in a queue, and whoever calls the other one takes the next of them.
return {
  settings = { desk = "+15550199" }, -- the number that the people at the desk call

  on_call = function(call)
    if call.to == call.settings.desk then
      if not call:dial { queue = "visitors" } then call:say("Nobody is waiting.") end
      return
    end

    call:say("Please hold the line.")
    local outcome, reason = call:enqueue("visitors", { max_queue_size = 20 })
    if outcome then return end
    if reason == "queue_full" then call:say("All lines are busy.") end
    kv.set("call_back/" .. call.from, os.time())
    call:say("We will call you back.")
  end,
}
