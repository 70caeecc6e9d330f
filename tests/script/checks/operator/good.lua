return {
  on_call = function(call)
    local answer = call:gather { say = "For how many?", digits = 1, speech = true }
    local people = answer and answer.digits and answer.digits + 0 or 2
    if answer and answer.digits == "1" then call:say("One, and you are " .. "1" + 1 .. ".") end
    if answer and answer.confidence == 1 then call:say("You speak clearly.") end
    if people == 2 then call:say("Two.") end
  end,
}
