local it = test.flow("greeting")

it("greets and puts through", function(caller)
  caller:hears("Hello, and welcome!")
  caller:is_put_through_to("+15550100")
end)

it("rings the number's own front desk", { settings = { front_desk = "+15550109" } }, function(caller)
  caller:is_put_through_to("+15550109")
end)
