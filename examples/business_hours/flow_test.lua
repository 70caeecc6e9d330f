local it = test.flow("business_hours", { zone = "Europe/London" })

it("is open over midnight", { at = "2026-03-07 01:30" }, function(caller)
  caller:hears("We are open until two at night.")
  caller:is_put_through_to("+15550100")
end)

it("says when it opens again", { at = "2026-03-07 16:00" }, function(caller)
  caller:hears("We are closed, and open five in the afternoon.")
  caller:is_hung_up()
end)

it("keeps to its holidays", { at = "2026-12-24 18:00" }, function(caller)
  caller:hears("open tomorrow at five in the afternoon") -- Christmas is a Friday
end)

it("is open longer at the end of the year", { at = "2027-01-01 03:00" }, function(caller)
  caller:hears("We are open until four in the morning.")
end)
