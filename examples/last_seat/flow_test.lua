local it = test.flow("last_seat", { settings = { seats = 2 } })

it("gives each caller a seat of their own, as long as there are any", function(caller)
  caller:hears("Your seat is number 1.")
  caller:is_hung_up()
  caller:calls_again { from = "+12025550143" }
  caller:hears("Your seat is number 2.")
  caller:is_hung_up()
  caller:calls_again { from = "+12025550144" }
  caller:hears("The reading is sold out.")
  caller:is_hung_up()
  store:has("seat/1", "+12025550142")
  store:has("seat/2", "+12025550143")
  sms:was_sent("+12025550143", "seat 2")
  sms:was_not_sent("+12025550144")
end)
