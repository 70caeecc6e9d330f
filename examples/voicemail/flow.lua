-- A voicemail: record the caller, and post the recording somewhere once the call is over. The post is promised: it
-- arrives though the office's server, or the engine, is restarted just then.
return {
  on_call = function(call)
    call:say("We cannot come to the phone. Please leave a message after the beep, then press any key.")
    local message, reason = call:record { max_length = 120 }
    if reason == "silence" then return call:say("We heard nothing. Goodbye.") end
    call.vars.message = message.url
    call:say("Thank you. We will call you back.")
  end,

  on_call_ended = function(call)
    if not call.vars.message then return end
    http.post("https://office.example/voicemail", {
      json = { from = call.from, recording = call.vars.message },
      later = true,
    })
  end,
}
