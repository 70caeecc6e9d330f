local it = test.flow("voicemail")

local function with(options, text)
  return { settings = { voicemail = options, text = text } }
end

it("greets, records, keeps and thanks", function(caller)
  caller:hears_exactly("Please leave a message after the beep.")
  caller:leaves_a_recording { seconds = 7, url = "https://api.example/RE1" }
  caller:hears("Thank you. We have your message. https://api.example/RE1 7")
  store:has("voicemail/CA00000000000000000000000000000001")
  sms:was_not_sent()
end)

it("asks again when nothing was said", function(caller)
  caller:says_nothing()
  caller:hears("I did not hear a message. Please leave a message after the beep.")
  caller:says_nothing()
  caller:hears_exactly("silence")
  store:lacks("voicemail/CA00000000000000000000000000000001")
end)

it("takes no click for a message", with { least = 3, tries = 2, not_heard = "Louder, please." }, function(caller)
  caller:leaves_a_recording { seconds = 2.9 }
  caller:hears("Louder, please.")
  caller:leaves_a_recording { seconds = 3 }
  caller:hears("Thank you.")
end)

it("plays a greeting, and thanks in its own words", with { play = "https://cdn.example/hi.mp3", thanks = "Danke." },
  function(caller)
    caller:hears_exactly("https://cdn.example/hi.mp3")
    caller:leaves_a_recording()
    caller:hears("Danke.")
  end)

it("says nothing where it is told to", with { greeting = false, thanks = false }, function(caller)
  caller:leaves_a_recording { url = "https://api.example/RE1" }
  caller:hears_exactly("https://api.example/RE1 5")
end)

it("tells everybody", with { notify = { sms = { "+15550132", "+15550133" }, webhook = "https://crm.example/v",
  headers = { Authorization = "Bearer x" } } }, function(caller)
  caller:leaves_a_recording { seconds = 12.4, url = "https://api.example/RE1" }
  sms:was_sent("+15550132", "+12025550142 left a message of 12 seconds: https://api.example/RE1")
  sms:was_sent("+15550133")
  network:was_sent("POST", "https://crm.example/v", { json = { url = "https://api.example/RE1", to = "+12025550199" } })
end)

it("writes its own text", with({ notify = { sms = "+15550132" } }, "Listen to "), function(caller)
  caller:leaves_a_recording()
  sms:was_sent("+15550132", "Listen to CA00000000000000000000000000000001")
end)

it("names a caller whose name is known", {
  caller = { name = "Ann Lee" }, settings = { voicemail = { notify = { sms = "+15550132" } } },
}, function(caller)
  caller:leaves_a_recording()
  sms:was_sent("+15550132", "Ann Lee (+12025550142) left a message")
end)

it("keeps and tells though the caller has hung up", with { notify = { sms = "+15550132" } }, function(caller)
  caller:leaves_a_recording { digits = "hangup" }
  sms:was_sent("+15550132")
  store:has("voicemail/CA00000000000000000000000000000001")
end)

it("forgets a message in time", with { keep_days = 2 }, function(caller)
  caller:leaves_a_recording()
  clock:advance(2 * 86400 - 60)
  store:has("voicemail/CA00000000000000000000000000000001")
  clock:advance(60)
  store:lacks("voicemail/CA00000000000000000000000000000001")
end)
