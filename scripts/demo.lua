-- What `switchhook demo` plays, on a copy of flows/ that it may edit.
local CONCYA, HOST, BAKERY, LEXI = "+15550100", "+15550102", "+15550120", "+15550150"
local FLOW = "concya/flow.lua"

-- Today's date at Concya: New York is four or five hours behind UTC. Around midnight it is two dates.
local today = {}
for hours = 6, 3, -1 do
  local date = os.date("!%Y-%m-%d", os.time() - hours * 3600)
  if today[#today] ~= date then today[#today + 1] = date end
end

-- Saturday, unless that is when Concya keeps Christmas.
local christmas = os.date("*t", os.time { year = os.date("*t").year, month = 12, day = 25 })
local weekday = christmas.wday == 7 and 6 or 7
local day = weekday == 6 and "Friday" or "Saturday"

-- Its date at Concya, as a tool wants it, and never today's.
local its_date
for ahead = 1, 7 do
  local moment = os.time() - 5 * 3600 + ahead * 86400
  if os.date("!*t", moment).wday == weekday then its_date = os.date("!%Y-%m-%d", moment) end
end

narrate("The dental office's booking system is played by this demo.")
local BOOKING = "/api/booking"
web:replies("GET " .. BOOKING .. "/slots?*", { json = { slots = { "10:00", "14:30" } } })
web:replies("POST " .. BOOKING .. "/appointments", { status = 201, json = { id = "a1" }, after = 0.5 })
edit {
  file = "numbers.lua",
  replace = '["+15550150"] = "lexi"',
  with = ('["+15550150"] = { flow = "lexi", settings = { booking_url = "%s" } }'):format(web.url .. BOOKING),
}

narrate("Concya is open all day today, so that this tour is the same at any hour.")
local hours = {}
for i, date in ipairs(today) do hours[i] = ('["%s"] = "0:00-24:00", '):format(date) end
edit { file = FLOW, replace = "holidays = { ", with = "holidays = { " .. table.concat(hours) }
wait_until_live(CONCYA)

narrate("Ada books a table. The carrier sends every webhook of her call twice, as it does when a reply was lost.")
local ada = call { from = "+12025550142", caller = "Ada", to = CONCYA, name = "Concya", repeats = true }
ada:hears("Welcome to Concya!")
ada:hears("To speak with somebody, press 0.")
ada:says("A table for four on " .. day .. " at eight in the evening, please")
ada:hears("A table for 4")
ada:hears("at eight in the evening. Is that right?")
ada:presses("1")
ada:hears("Your table is booked.")
ada:is_hung_up()
sms:was_sent_once("+12025550142", "Concya: A table for 4")

narrate("On Concya's other number an assistant answers. Grace speaks with it, in real time.")
local host = assistant()
local grace = call { from = "+12025550148", caller = "Grace", to = HOST, name = "Concya" }
grace:is_answered_by(host)
grace:records_to("demo/concya.wav")
host:is_asked_to("You are the host of Concya")
host:says("Welcome to Concya! How can I help you?")
grace:hears("How can I help you?")
grace:says("A table for four on " .. day .. ", please")
host:hears("A table for four")
host:uses("check_day", { day = its_date })
host:is_told("free_seats")
host:says("On " .. day .. " we are open in the evening, and there is still room. At what time would you like to come?")

narrate("Grace cuts in. The assistant stops at once, and learns how much of its words she heard.")
grace:interrupts("At eight", { after = 1.5 })
host:is_interrupted { after = 1.5, within = 0.5 }
host:hears("At eight")
host:uses("book_table", { day = its_date, time = "20:00", people = 4 })
host:says("One moment, please.")
local booked = host:is_told({ booked = true, confirmed_by_text = true })
host:says(booked:match('"read_back":"(.-)"') .. ". Anything else?")
grace:hears("Anything else?")
grace:says("No, thank you")
host:hears("No, thank you")
host:finishes()
grace:is_hung_up()
sms:was_sent_once("+12025550148", "Concya: A table for 4")

narrate("At the dental office answers Lexi. What she books, she reads back first.")
local lexi = assistant()
local ann = call { from = "+12025550150", caller = "Ann", to = LEXI, name = "Ascend Dental" }
ann:is_answered_by(lexi)
ann:records_to("demo/lexi.wav")
lexi:is_asked_to("You are Lexi, the receptionist of Ascend Dental")
lexi:says("Hi! Welcome to Ascend Dental. This is Lexi. How can I help you today?")
ann:hears("How can I help you today?")
ann:says("A cleaning on " .. day .. ", please. I am Ann Lee.")
lexi:hears("A cleaning on")
lexi:uses("get_available_slots", { date = its_date, service = "cleaning" })
lexi:says("Let me look.")
lexi:is_told { slots = { "10:00", "14:30" } }
lexi:says("I have ten in the morning, or half past two in the afternoon. Which of the two do you like better?")
ann:interrupts("Ten, please", { after = 2.4 }) -- of both sentences
lexi:is_interrupted { after = 1.5, within = 0.7 }
lexi:hears("Ten, please")
local visit = { date = its_date, time = "10:00", service = "cleaning", name = "Ann Lee" }
lexi:uses("create_appointment", visit)
local what = lexi:is_told("read this back"):match('yes: (.-)"')
lexi:says("That is a " .. what .. ". Right?")
ann:hears("cleaning for Ann Lee")
ann:says("Yes, thank you")
lexi:hears("Yes")
visit.agreed = true
lexi:uses("create_appointment", visit)
lexi:says("One moment please.")
lexi:is_told { booked = true }
web:was_sent("POST", BOOKING .. "/appointments", { date = its_date, time = "10:00", name = "Ann Lee" })
lexi:says_and_uses("You are booked. Goodbye!", "hangup")
ann:hears("You are booked. Goodbye!")
ann:is_hung_up()

narrate("Hal books a table, too. In the middle of his call the engine is killed, and started again.")
local hal = call { from = "+12025550151", caller = "Hal", to = CONCYA }
hal:hears("Welcome to Concya!")
hal:says("A table for two on " .. day .. " at seven in the evening, please")
hal:hears("A table for 2")
hal:hears("at seven in the evening. Is that right?")
engine:is_killed()
engine:is_started_again()

narrate("His call goes on where it was. Asked again, the new engine says the same words; the table is booked once.")
hal:has_the_last_webhook_repeated()
hal:presses("1")
hal:hears("Your table is booked.")
hal:is_hung_up()
sms:was_sent_once("+12025550151", "Concya: A table for 2")

narrate("Concya closes early.")
for _, date in ipairs(today) do
  local entry = ('["%s"] = '):format(date)
  edit { file = FLOW, replace = entry .. '"0:00-24:00"', with = entry .. '"closed"' }
  wait_until_live(CONCYA)
end

narrate("Ben calls after hours.")
local ben = call { from = "+12025550143", caller = "Ben", to = CONCYA }
ben:hears("We are closed now, and open again")
ben:does_not_hear("press 0")
ben:presses("2")
ben:hears("We are closed today. We open")
ben:is_hung_up()

narrate("Cleo texts the bakery.")
local cleo = text {
  from = "+12025550144", caller = "Cleo", to = BAKERY, name = "Lakeside Bakery", body = "Where are you?",
}
cleo:receives("We are at 12 Lake Road")

narrate("While Dan is on the line, somebody edits Concya's words.")
local dan = call { from = "+12025550145", caller = "Dan", to = CONCYA }
dan:hears("For our hours, press 2.")
edit { file = FLOW, replace = "For our hours, press 2.", with = "For our hours, press 2. Ask for our truffle menu!" }
wait_until_live(CONCYA)

narrate("The next caller hears the new words…")
local eve = call { from = "+12025550146", caller = "Eve", to = CONCYA }
eve:hears("Ask for our truffle menu!")
eve:hangs_up()

narrate("…and Dan, whose call began before, goes on with the old ones.")
dan:says_nothing()
dan:hears("For our hours, press 2.")
dan:does_not_hear("truffle")
dan:hangs_up()

narrate("The next edit has a slip in it. The flow is read and tested before it answers anybody, so it answers nobody.")
edit { file = FLOW, replace = "opening:say_hours()", with = "opening:say_huors()" }
wait_until_refused(CONCYA)
local finn = call { from = "+12025550147", caller = "Finn", to = CONCYA }
finn:hears("Ask for our truffle menu!")
finn:hangs_up()

narrate("The slip is mended, and the report is gone.")
edit { file = FLOW, replace = "opening:say_huors()", with = "opening:say_hours()" }
wait_until_live(CONCYA)
