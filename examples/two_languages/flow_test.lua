local it = test.flow("two_languages")

it("offers each language in itself", function(caller)
  caller:hears("For English, press 1.")
  caller:hears("Para español, marque el 2.")
end)

it("goes on in Spanish", function(caller)
  caller:presses("2")
  caller:hears("Abrimos de nueve a cinco.")
  caller:hears("¡Adiós!")
  caller:is_hung_up()
end)

it("goes on in English where nobody chooses", function(caller)
  caller:says_nothing()
  caller:hears("We are open from nine to five.")
end)
