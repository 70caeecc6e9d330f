-- Calls to try the flow with: `switchhook test` plays them, and so does the engine before a change goes live.
local it = test.flow("clinic", { at = "2026-03-03 10:00", zone = "America/Denver" }) -- a Tuesday morning

local sunday = { at = "2026-03-08 10:00", zone = "America/Denver" }

it("sends emergencies on before anything else", function(caller)
  caller:hears("Welcome to Lakeside Clinic. If this is an emergency, hang up and dial 9 1 1.")
  caller:hears("We are open until noon.")
  caller:hears("To speak with the front desk, press 0.")
end)

it("takes a request for an appointment", function(caller)
  caller:presses("1")
  caller:hears("Please say your name")
  caller:leaves_a_recording { url = "https://recordings.example/1" }
  caller:hears("We will call you back.")
  caller:is_hung_up()
  sms:was_sent("+15550192", "Lakeside Clinic: appointment, from +12025550142: https://recordings.example/1")
end)

it("understands what callers say", function(caller)
  caller:says("I need a refill")
  caller:leaves_a_recording()
  caller:is_hung_up()
  sms:was_sent("+15550192", "prescription")
end)

it("rings the front desk, and takes a message when nobody answers", function(caller)
  caller:presses("0")
  caller:is_put_through_to("+15550191")
  dial:does_not_answer()
  caller:hears("Nobody can come to the phone.")
  caller:leaves_a_recording()
  caller:hears("We will call you back.")
end)

it("rings nobody at the front desk on a Sunday", sunday, function(caller)
  caller:hears("We are closed now, and open again tomorrow at eight.")
  caller:presses("0")
  caller:hears("Please say your name")
end)

it("rings the doctor on call at any hour", sunday, function(caller)
  caller:says("I am bleeding")
  caller:is_put_through_to("+15550193")
  dial:whispers("An urgent call from a patient.")
end)

it("says what to do when the doctor cannot be reached", sunday, function(caller)
  caller:presses("9")
  caller:is_put_through_to("+15550193")
  dial:is_busy()
  caller:hears("If this is an emergency, hang up and dial 9 1 1.")
  caller:leaves_a_recording()
  sms:was_sent("+15550192", "urgent")
end)

it("keeps nothing of a caller who says nothing", function(caller)
  caller:presses("1")
  caller:says_nothing()
  caller:hears("I heard nothing.")
  caller:is_hung_up()
  sms:was_not_sent()
end)

it("tells its address", function(caller)
  caller:presses("3")
  caller:hears("12 Lake Road")
  caller:is_hung_up()
end)

it("answers texts by keyword", function()
  texter:sends("What are your hours?")
  texter:receives("We are open until noon.")
  texter:sends("My tooth hurts")
  texter:receives("In an emergency, dial 911.")
end)
