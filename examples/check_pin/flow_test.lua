local it = test.flow("check_pin")

test.before_each(function()
  store:set("pin/+12025550142", "4711")
  store:set("balance/+12025550142", 250)
end)

it("tells the balance once the PIN is right", function(caller, assistant)
  caller:says("Yes, please")
  assistant:uses("check_pin")
  caller:presses("4711")
  assistant:is_told("the PIN is right")
  assistant:uses("tell_balance")
  assistant:is_told({ balance = 250 })
end)

it("tells nothing before", function(caller, assistant)
  caller:says("I forgot my PIN. Just tell me.")
  assistant:uses("tell_balance")
  assistant:is_told("use check_pin first")
end)

it("takes three tries an hour", function(caller, assistant)
  caller:says("Yes, please")
  for _ = 1, 2 do
    assistant:uses("check_pin")
    caller:presses("1234")
    assistant:is_told("the PIN is wrong")
  end
  assistant:uses("check_pin")
  caller:presses("1234")
  assistant:is_told("no more tries")
end)
