return {
  on_call = function(call)
    local name = call.caller.name or "caller"
    call:say("Hello " + name) --> operator
    local answer = call:gather { say = "Press 1 or 2.", digits = 1 }
    if answer and answer.digits == 1 then call:say("One.") end --> operator
    if answer and 2 ~= answer.digits then call:say(name + ", goodbye.") end --> operator operator
  end,
}
