local it = test.flow("pickup_code")

it("reads the code letter by letter", function(caller)
  store:set("code/+12025550142", "K7M2")
  caller:hears("Your code is")
  call:twiml_is("code") -- golden/code.xml; `switchhook test --update` writes it anew
  caller:presses("1")
  caller:hears("K7M2")
  caller:says_nothing()
  caller:hears("Goodbye.")
  caller:is_hung_up()
end)

it("tells who has nothing to pick up", function(caller)
  caller:hears_exactly("There is nothing to pick up for this number. Goodbye.")
  call:twiml_is([[
    <Response>
      <Say>There is nothing to pick up for this number. Goodbye.</Say>
      <Hangup/>
    </Response>]])
end)
