local it = test.flow("ivr")

it("takes a key", function(caller)
  caller:hears("Red or blue?")
  caller:presses("1")
  caller:hears("Red it is, by key Chose red, nil")
  caller:is_hung_up()
end)

it("takes a word", function(caller)
  caller:says("I'd like red, please")
  caller:hears("Red it is, by word")
end)

it("takes a key that is said", function(caller)
  caller:says("Press two.")
  caller:hears("Chose 2, nil")
end)

it("asks again, and says why", function(caller)
  caller:presses("7")
  caller:hears("Sorry, I did not catch that. Red or blue?")
  caller:says_nothing()
  caller:hears("Sorry, I did not hear anything. Red or blue?")
  caller:says("hmm")
  caller:hears("Chose nil, not_understood")
  caller:is_hung_up()
end)

it("says sorry in its own words and voice", { settings = { menu = { tries = 2, not_understood = "Pardon?" } } },
  function(caller)
    caller:presses("7")
    caller:hears("Pardon? Red or blue?")
    caller:says_nothing()
    caller:hears("Chose nil, timeout")
  end)

it("puts through to the operator with 0", { settings = { menu = { operator = "+15550100" } } }, function(caller)
  caller:presses("0")
  caller:is_put_through_to("+15550100")
  dial:answers()
  caller:hears("Chose operator, nil")
end)

it("puts through who asks for a person", { settings = { menu = { operator = "+15550100" } } }, function(caller)
  caller:says("Let me talk to a person")
  caller:is_put_through_to("+15550100")
end)

it("puts through who is not understood", { settings = { menu = { operator = "+15550100", tries = 1 } } },
  function(caller)
    caller:says_nothing()
    caller:is_put_through_to("+15550100")
  end)

it("says so when the operator does not answer", { settings = { menu = { operator = "+15550100", voice = "Polly.Amy" } } },
  function(caller)
    caller:presses("0")
    caller:is_put_through_to("+15550100")
    dial:is_busy()
    caller:hears_exactly("Nobody can take your call just now. Chose operator, nil")
  end)

it("says of an operator who does not answer what it is told to", {
  settings = { menu = { operator = "+15550100", busy = "Please call again." } },
}, function(caller)
  caller:presses("0")
  dial:does_not_answer()
  caller:hears_exactly("Please call again. Chose operator, nil")
end)

it("is silent about an operator who does not answer where it is told to be", {
  settings = { menu = { operator = "+15550100", busy = false } },
}, function(caller)
  caller:presses("0")
  dial:does_not_answer()
  caller:hears_exactly("Chose operator, nil")
end)

it("does not take 0 without an operator", function(caller)
  caller:presses("0")
  caller:hears("Sorry, I did not catch that.")
end)

it("listens to keys only where speech is off", { settings = { menu = { speech = false } } }, function(caller)
  caller:presses("2")
  caller:hears("Chose 2, nil")
end)

it("asks for a yes or a no", function(caller)
  caller:says("dark blue")
  caller:hears("Sure?")
  caller:says("perhaps")
  caller:hears("Sorry, I did not catch that. Sure?")
  caller:presses("2")
  caller:hears("Sure: false")
end)
