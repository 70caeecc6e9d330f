-- Calls to try the flow with: `switchhook test` plays them, and so does the engine before a change goes live.
local it = test.flow("voicemail", { at = "2026-03-03 10:00", zone = "America/New_York" }) -- a Tuesday morning

local night = { at = "2026-03-03 22:00", zone = "America/New_York" }

it("rings the mobile while open", function(caller)
  caller:hears("This is Harbor Studio.")
  caller:is_put_through_to("+15550191")
  dial:answers()
  caller:is_hung_up()
  sms:was_not_sent()
end)

it("takes a message when nobody answers", function(caller)
  caller:is_put_through_to("+15550191")
  dial:does_not_answer()
  caller:hears("Please leave a message after the beep.")
  caller:leaves_a_recording { seconds = 12, url = "https://recordings.example/1" }
  caller:hears("I will call you back.")
  caller:is_hung_up()
  sms:was_sent("+15550191", "+12025550142 left a message of 12 seconds: https://recordings.example/1")
end)

it("says at night when it opens", night, function(caller)
  caller:hears("We are closed now, and open again tomorrow at nine.")
  caller:leaves_a_recording()
  caller:is_hung_up()
end)

it("keeps nothing of a caller who says nothing", night, function(caller)
  caller:hears("after the beep")
  caller:says_nothing()
  caller:hears("I heard nothing.")
  caller:is_hung_up()
  sms:was_not_sent()
end)

it("answers texts", function()
  texter:sends("Are you there?")
  texter:receives("This is Harbor Studio.")
end)
