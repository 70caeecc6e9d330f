local it = test.flow("escalation", { at = "2026-03-02 10:00", zone = "America/New_York" })

it("hears why a caller needs a person", function()
  for said, why in pairs {
    ["people: can I talk to someone please"] = "asked",
    ["people: Operator!"] = "asked",
    ["people: I want a real person, not a robot"] = "asked",
    ["people: give me a refund"] = "keyword",
    ["people: I'll call my lawyers"] = "keyword",
    ["people: this is ridiculous"] = "sentiment",
    ["people: I am sick and tired of this"] = "sentiment",
    ["people: hello, somebody told me you have shells"] = "nil",
    ["people: a personal question"] = "nil",
    ["people: "] = "nil",
    ["strict: the boss"] = "asked",
    ["strict: a human"] = "nil",
    ["strict: this is ridiculous"] = "nil",
  } do
    texter:sends(said)
    texter:receives_exactly(why)
  end
end)

it("counts failures until the caller was helped", function()
  texter:sends("fail")
  texter:receives_exactly("nil nil failures nil")
end)

it("takes the 0 key for a wish", function()
  texter:sends("key")
  texter:receives_exactly("asked nil")
end)

it("rings in order, and tells who should know", function(caller)
  caller:hears_exactly("I am putting you through.")
  caller:is_put_through_to("+15550131")
  dial:whispers("it is late")
  dial:does_not_answer()
  caller:is_put_through_to("+15550132")
  sms:was_not_sent("+15550135")
  dial:fails()
  caller:is_put_through_to("sip:night@pbx.example")
  dial:whispers("asked at tier 3")
  sms:was_sent("+15550135", "Tier 3: +12025550142")
  dial:answers()
  caller:hears_exactly("result person, tier 3")
  sms:was_sent("+15550138", "+12025550142 needs a person (asked): it is late")
  sms:was_sent("+15550139")
end)

it("stops at the first who answers", function(caller)
  caller:is_put_through_to("+15550131")
  dial:answers()
  caller:hears_exactly("result person, tier desk")
end)

it("takes a message when nobody answers", function(caller)
  caller:is_put_through_to("+15550131")
  dial:is_busy()
  caller:is_put_through_to("+15550132")
  dial:is_busy()
  caller:is_put_through_to("sip:night@pbx.example")
  dial:is_busy()
  caller:hears("Nobody can take your call just now. Please leave a message after the beep.")
  caller:leaves_a_recording()
  caller:hears("result voicemail, tier nil")
end)

it("passes over who is not there at this hour", { at = "2026-03-02 18:30", zone = "America/New_York" }, function(caller)
  caller:is_put_through_to("sip:night@pbx.example")
  dial:answers()
  caller:hears_exactly("result person, tier 3")
end)

it("takes a message out of hours", { at = "2026-03-02 21:00", zone = "America/New_York" }, function(caller)
  caller:hears("Nobody is here to take your call now. Please leave a message after the beep.")
  caller:says_nothing()
  caller:hears_exactly("result nobody, tier nil")
end)

it("knows whether anybody can be rung", function()
  texter:sends("available")
  texter:receives_exactly("true")
  at("2026-03-02 20:00", "America/New_York")
  texter:sends("available")
  texter:receives_exactly("false")
end)

it("says what it is told to, and lets go without voicemail", { settings = { strict = true } }, function(caller)
  caller:does_not_hear("putting you through")
  caller:is_put_through_to("+15550141")
  dial:whispers("A call.")
  dial:is_busy()
  caller:hears("All busy. result nobody, tier nil")
end)

it("speaks the caller's language where it is told what to say", { settings = { french = true } }, function(caller)
  caller:hears_exactly("Un instant.")
  caller:is_put_through_to("+15550131")
  dial:is_busy()
  caller:is_put_through_to("+15550132")
  dial:is_busy()
  caller:is_put_through_to("sip:night@pbx.example")
  dial:is_busy()
  caller:hears_exactly("Occupé. Après le bip.")
end)

it("says in the caller's language that nobody is there, and takes a message where the policy takes none", {
  settings = { french = true }, at = "2026-03-02 21:00", zone = "America/New_York",
}, function(caller)
  caller:hears_exactly("Fermé. Après le bip.")
  caller:says_nothing()
end)

it("asks for a message although the policy does not", { settings = { french = true, strict = true } }, function(caller)
  caller:hears_exactly("Un instant.")
  caller:is_put_through_to("+15550141")
  dial:is_busy()
  caller:hears_exactly("Occupé. Après le bip.")
end)

it("keeps short what is whispered and texted of a long story", {
  settings = { about = ("mañana "):rep(100) },
}, function(caller)
  caller:is_put_through_to("+15550131")
  dial:whispers(("mañana "):rep(37):sub(1, -2))
  dial:answers()
  sms:was_sent("+15550138", { match = "asked%): " .. ("mañana "):rep(37):sub(1, -2) .. "$" })
end)
