local it = test.flow("agent")

local visit = { day = "2026-03-03", people = 4, guests = { { name = "Ann" } } }

local function visit_with(name, value)
  local changed = {}
  for key, each in pairs(visit) do changed[key] = each end
  changed[name] = value
  return changed
end

-- ── Tools ────────────────────────────────────────────────────────────────────────────────────────────────────────

it("runs a tool with what fits, and tells the model what it gave", function(caller, assistant)
  caller:hears("Good evening!")
  assistant:is_asked_to("You are the host of Concya.")
  assistant:is_set_to({ voice = "cedar", greeting = { interruptible = false } })
  caller:says("A table for four")
  assistant:hears("for four")
  assistant:uses("book", visit)
  caller:hears("One moment")
  assistant:is_told({ booked = "2026-03-03", by = "+12025550142" })
  store:has("key", "CA00000000000000000000000000000001:call_1")
end)

local mistakes = {
  { "day", "tomorrow", 'a date such as "2026-03-02"' },
  { "day", "2026-02-30", 'a date such as "2026-03-02"' },
  { "people", 13, "a whole number from 1 to 12" },
  { "people", 2.5, "a whole number from 1 to 12" },
  { "people", "4", "a whole number from 1 to 12" },
  { "name", "X", "a text of 2 to 40 characters" },
  { "where", "outside", 'one of "inside", "garden"' },
  { "wishes", { "a", "b", "c", "d" }, "a list of at most 3 items, each item a text" },
  { "wishes", { 1 }, "a text" },
  { "address", { zip = "1" }, "`address.street` is missing: send a text" },
  { "address", "here", "an object with street, zip" },
  { "guests", { { nme = "Ann" } }, "there is no `guests[1].nme`: send only `name`" },
  { "persons", 4, "there is no `persons`" },
}
for _, mistake in ipairs(mistakes) do
  local name, value, wish = mistake[1], mistake[2], mistake[3]
  it(("does not run it where %s is not %s"):format(name, wish), function(_, assistant)
    assistant:uses("book", visit_with(name, value))
    assistant:is_told(wish)
    store:lacks("booked")
  end)
end

it("says what is missing", function(_, assistant)
  assistant:uses("book", {})
  assistant:is_told("`day` is missing: send a date")
  assistant:is_told("`people` is missing")
end)

it("says so when the arguments are not JSON", function(_, assistant)
  assistant:uses("book", "{ day: tomorrow")
  assistant:is_told("the arguments are not JSON (line 1, column 3)")
  assistant:uses("book", "[1]")
  assistant:is_told("send an object")
  assistant:uses("thank", "")
  assistant:is_told("done")
end)

it("tells the model why not", function(_, assistant)
  assistant:uses("book", visit_with("people", 12))
  assistant:is_told({ error = "full" })
end)

it("goes on after a tool that broke, but not after three", function(caller, assistant)
  for _ = 1, 2 do
    assistant:uses("book", visit_with("people", 11))
    assistant:is_told("the tool failed")
  end
  assistant:uses("thank")
  for _ = 1, 3 do
    assistant:uses("book", visit_with("people", 11))
    assistant:is_told("the tool failed")
  end
  caller:hears("I am connecting you.")
  caller:is_put_through_to("+15550102")
end)

it("lets no tool take the caller", function(caller, assistant)
  assistant:uses("ask")
  assistant:is_told("the tool failed")
  caller:does_not_hear("anything else")
end)

it("ends when a tool says so", function(caller, assistant)
  assistant:uses("close", { why = "it is late" })
  assistant:is_told("closing")
  caller:hears("Because it is late.")
  caller:is_hung_up()
end)

-- ── Tools that come with the engine ──────────────────────────────────────────────────────────────────────────────

it("hangs up politely", function(caller, assistant)
  assistant:says("Goodbye!")
  assistant:finishes()
  caller:hears("Goodbye!")
  caller:is_hung_up()
end)

it("transfers with the summary as a whisper", function(caller, assistant)
  assistant:uses("to_kitchen", { summary = "Ann is allergic to nuts." })
  caller:is_put_through_to("+15550101")
  dial:whispers("+12025550142: Ann is allergic to nuts.")
  dial:does_not_answer()
  caller:is_hung_up()
end)

it("transfers to several", function(caller, assistant)
  assistant:uses("to_bar", { summary = "Ann wants a drink." })
  caller:is_put_through_to("+15550104")
  dial:whispers("Ann wants a drink.")
end)

it("texts the caller, if their number is known", function(_, assistant)
  assistant:uses("send_sms", { text = "See you at seven." })
  assistant:is_told("sent")
  sms:was_sent("+12025550142", "See you at seven.")
end)

it("texts no hidden caller", { from = "anonymous" }, function(_, assistant)
  assistant:uses("send_sms", { text = "See you at seven." })
  assistant:is_told({ error = "the caller's number is hidden" })
end)

it("keeps digits from the model and the transcript", function(caller, assistant)
  assistant:says("Your PIN, please.")
  assistant:uses("check_pin")
  caller:presses("1234")
  assistant:is_told("right")
  assistant:uses("check_pin")
  caller:presses("99")
  assistant:is_told("wrong")
  assistant:uses("check_pin")
  caller:says_nothing()
  assistant:is_told("pressed nothing")
  caller:hangs_up()
  store:has("transcript", {
    { who = "assistant", what = "Good evening!" },
    { who = "assistant", what = "Your PIN, please." },
  })
end)

-- ── How it ends ──────────────────────────────────────────────────────────────────────────────────────────────────

it("gives the flow what was said and done", function(caller, assistant)
  assistant:says("How many are you?")
  caller:interrupts("Four", { after = "How many" })
  clock:advance(30)
  assistant:uses("thank")
  caller:hangs_up()
  store:has("outcome", {
    reason = "caller_hung_up",
    seconds = 30,
    transcript = {
      { who = "assistant", text = "Good evening!", at = 0 },
      { who = "assistant", text = "How many", at = 0 },
      { who = "caller", text = "Four", at = 0 },
      { tool = "thank", arguments = "{}", result = "done", at = 30 },
    },
    usage = { input = 0, output = 0, cached = 0, input_audio = 0, output_audio = 0, responses = 1 },
  })
end)

it("ends with a caller who says nothing", function(caller)
  caller:says_nothing()
  caller:hears_exactly("Hello?")
  caller:says_nothing()
  caller:is_hung_up()
  store:has("outcome")
end)

it("counts silences in a row only", function(caller)
  caller:says_nothing()
  caller:says("I am here")
  caller:says_nothing()
  caller:hears("Hello?")
end)

it("ends at its time limit, with a goodbye", function(caller)
  caller:hears("Good evening!")
  clock:advance(299)
  caller:does_not_hear("We have to stop")
  clock:advance(2)
  caller:hears("We have to stop here.")
  caller:is_hung_up()
end)

it("falls back when the model stays silent and the flow does nothing more", function(caller, assistant)
  assistant:stays_silent()
  caller:is_put_through_to("+15550102")
  dial:does_not_answer()
  caller:hears("nobody can take your call")
  caller:is_hung_up()
end)

it("does not fall back when the flow goes on", { settings = { again = true } }, function(caller, assistant)
  assistant:drops()
  assistant:is_asked_to("Ask how it was.")
  assistant:says("How was it?")
  caller:says("Good")
  assistant:finishes()
  caller:is_hung_up()
end)

it("may differ from the agent", { settings = { mute = true } }, function(caller, assistant)
  caller:hears("Good evening!")
  assistant:is_not_given("book")
  assistant:is_set_to({ silence = false, voice = "cedar" })
end)

-- ── By text ──────────────────────────────────────────────────────────────────────────────────────────────────────

it("answers by text with the tools that make sense there", function(_, assistant)
  texter:sends("A table for four?")
  assistant:is_asked_to("You are the host of Concya.")
  assistant:is_asked_to("You are texting")
  assistant:is_set_to({ model = "small-one", max_tokens = 200 })
  assistant:is_given("book")
  assistant:is_given("escalate")
  assistant:is_not_given("hangup")
  assistant:is_not_given("to_kitchen")
  assistant:is_not_given("check_pin")
  assistant:uses("book", visit)
  assistant:is_told({ booked = "2026-03-03" })
  assistant:says("Booked!")
  texter:receives_exactly("Booked!")
end)

it("remembers the conversation for its hours", function(_, assistant)
  texter:sends("A table for four?")
  assistant:says("For when?")
  texter:sends("For Tuesday")
  assistant:is_set_to({ messages = {
    { role = "system" },
    { role = "user", content = "A table for four?" },
    { role = "assistant", content = "For when?" },
    { role = "user", content = "For Tuesday" },
  } })
  assistant:says("Good.")
  clock:advance(2 * 3600)
  texter:sends("Hello")
  assistant:is_set_to({ messages = { { role = "system" }, { role = "user", content = "Hello" } } })
end)

it("forgets the oldest turns first, and whole ones", function(_, assistant)
  for i = 1, 40 do
    texter:sends("question " .. i)
    assistant:says("answer " .. i)
  end
  texter:sends("and now?")
  assistant:is_set_to({ messages = { { role = "system" }, { role = "user", content = "question 11" } } })
end)

it("cuts a reply that is longer than a text can be", function(_, assistant)
  texter:sends("Tell me everything")
  assistant:says(("All of it is good. "):rep(100))
  texter:receives("All of it is good.")
  store:has("conversation/+12025550142")
end)

it("brings in a person by text, and answers all the same", function(_, assistant)
  texter:sends("A person, please")
  assistant:uses("escalate", { why = "wants a person" })
  assistant:is_told("A person has been told")
  assistant:says("Somebody will call you.")
  texter:receives("Somebody will call you.")
  store:has("reason", "escalate")
end)

it("says why there is no reply", function(_, assistant)
  texter:sends("Hello")
  assistant:drops()
  texter:receives("Sorry: unreachable")
  texter:sends("Hello")
  assistant:stays_silent()
  texter:receives("Sorry: timeout")
end)

it("keeps to STOP", function(_, assistant)
  texter:sends("STOP")
  texter:receives("opted_out")
  texter:sends("START")
  texter:receives("opted_out")
  texter:sends("Hello")
  assistant:says("Welcome back.")
  texter:receives("Welcome back.")
end)

it("ends a reply whose tools break again and again", function(_, assistant)
  texter:sends("A table for eleven")
  for _ = 1, 3 do
    assistant:uses("book", visit_with("people", 11))
    assistant:is_told("the tool failed")
  end
  texter:receives("Sorry: failed")
end)
