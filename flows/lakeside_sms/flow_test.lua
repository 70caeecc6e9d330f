local it = test.flow("lakeside_sms")

it("says until when it is open", function()
  at("2026-03-06 10:15", "America/Chicago") -- a Friday
  texter:sends("What are your hours?")
  texter:receives("We are open until six in the evening.")
end)

it("says when it opens again", function()
  at("2026-03-07 13:00", "America/Chicago") -- a Saturday
  texter:sends("Are you open today?")
  texter:receives("We are closed. We open on Tuesday at seven.")
end)

it("keeps to its holidays", function()
  at("2026-12-24 13:00", "America/Chicago") -- a Thursday, and the next day is Christmas
  texter:sends("open?")
  texter:receives("We open on Saturday at eight.")
end)

it("tells the address of the number that was texted", { settings = { address = "3 Market Square" } }, function()
  texter:sends("Where are you?")
  texter:receives_exactly("We are at 3 Market Square.")
end)

it("sends the menu as a picture", function()
  texter:sends("Menu please")
  texter:receives("This week's bread and cakes")
  texter:receives_media("https://lakeside.example/menu.jpg")
end)

it("says what it understands", function()
  texter:sends("asdf")
  texter:receives("Text HOURS, ADDRESS, MENU or CAKE")
end)

it("stays silent after STOP until START", function()
  texter:sends(" Stop ")
  texter:receives_nothing()
  texter:sends("hours")
  texter:receives_nothing()
  texter:sends("START")
  texter:receives_nothing()
  texter:sends("cake")
  texter:receives("Cakes need two days.")
end)

it("leaves HELP to the carrier", function()
  texter:sends("help")
  texter:receives_nothing()
end)

it("asks callers to text", function(caller)
  at("2026-03-06 10:15", "America/Chicago")
  caller:hears("We are open until six in the evening.")
  caller:hears("text us at this number")
  caller:is_hung_up()
end)
