local it = test.flow("lang")

it("tells a language by the words, or by its name", function()
  for said, code in pairs {
    ["Hello, I would like a table please"] = "en-US",
    ["quiero una mesa, por favor"] = "es-US",
    ["¿Habla usted español?"] = "es-US",
    ["do you speak Spanish"] = "es-US",
    ["Guten Tag, ich möchte einen Tisch"] = "de-DE",
    ["Können wir German sprechen"] = "de-DE",
    ["saluton, mi estas"] = "eo",
    ["table"] = "nil",
    ["mi"] = "nil", -- one word alone tells nothing
    [""] = "nil",
  } do
    texter:sends(said)
    texter:receives_exactly(code)
  end
end)

it("begins in the first", function(caller)
  caller:hears("Hello you. Again?")
  caller:says_nothing()
  caller:hears_exactly("x en-US Polly.Joanna")
end)

it("begins in the language of the number's country", { from = "+525512345678" }, function(caller)
  caller:hears("Hola you. ¿Otra vez?")
  caller:says_nothing()
  caller:hears_exactly("x es-US nil")
end)

it("begins in the language of the country that the carrier names", { from = "anonymous", caller = { country = "ES" } },
  function(caller)
    caller:hears("Hola you.")
  end)

it("follows the caller, and remembers", function(caller)
  caller:says("yes please, again")
  caller:hears("false, now English")
  caller:says("ich möchte bitte Deutsch")
  caller:hears("true, now German Noch einmal?")
  caller:hangs_up()
  caller:calls_again()
  caller:hears("Hallo you.")
end)

it("forgets what was chosen long ago", function(caller)
  caller:says("German")
  caller:hangs_up()
  clock:advance(31 * 86400)
  caller:calls_again()
  caller:hears("Hello you.")
end)

it("asks by menu", { settings = { menu = true } }, function(caller)
  caller:hears("For English, press 1. Para español, oprima el 2. Für Deutsch die 9.")
  caller:presses("9")
  caller:hears("chosen true Hallo you.")
  store:has("language/+12025550142", "de-DE")
end)

it("asks by menu, and takes words", { settings = { menu = true } }, function(caller)
  caller:presses("4") -- has no text in the menu
  caller:says("español")
  caller:hears("chosen true Hola you.")
end)

it("goes on as before when nothing is chosen", { settings = { menu = true } }, function(caller)
  caller:says_nothing()
  caller:says_nothing()
  caller:hears("chosen false Hello you.")
end)

it("offers the other languages after a question, each in its voice", { settings = { offers = true } }, function(caller)
  caller:hears_exactly("Again? Para español, oprima el 2. Für Deutsch die 9.")
  caller:presses("9")
  caller:hears_exactly("true, now German Noch einmal? For English, press 1. Para español, oprima el 2.")
  caller:says("español, por favor")
  caller:hears_exactly("true, now Spanish ¿Otra vez? For English, press 1. Für Deutsch die 9.")
end)

it("takes no key for a language that it is not of", { settings = { offers = true } }, function(caller)
  for _, key in ipairs { "1", "3", "4" } do -- the one spoken, none, one that is not offered
    caller:presses(key)
    caller:hears("false, now English Again?")
  end
end)
