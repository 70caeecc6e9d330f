-- Calls to try the flow with: `switchhook test` plays them, and so does the engine before a change goes live.
-- In a test you speak for the assistant, too; its tools are the flow's own.
local it = test.flow("sales")

local lead = { need = "twelve windows for an old house", name = "Ann Lee" }

it("keeps what the caller needs, and tells the team", function(caller, assistant)
  caller:hears("Hello, this is Alder Windows! What can we do for you?")
  assistant:is_asked_to("We sell: windows, doors and their installation.")
  caller:says("I need twelve windows. My name is Ann Lee.")
  assistant:uses("save_lead", lead)
  assistant:is_told("the sales team calls back within a day")
  assistant:says("We will call you back. Goodbye!")
  assistant:finishes()
  caller:is_hung_up()
  sms:was_sent("+15550192", "Lead: Ann Lee, +12025550142: twelve windows for an old house")
end)

it("posts leads to the CRM where there is one", { settings = { crm_url = "https://crm.example/leads" } },
  function(caller, assistant)
    caller:says("I need twelve windows")
    assistant:uses("save_lead", lead)
    assistant:is_told("saved")
    network:was_sent("POST", "https://crm.example/leads", { json = { phone = "+12025550142", name = "Ann Lee" } })
  end)

it("puts callers through who want to talk to somebody now", function(caller, assistant)
  caller:says("I want to talk about twelve windows, now")
  assistant:uses("save_lead", lead)
  assistant:is_told("saved")
  assistant:uses("escalate", { why = "wants to talk now" })
  caller:is_put_through_to("+15550191")
  dial:whispers("A caller who needs twelve windows for an old house.")
end)

it("takes a message when everybody is on the phone", function(caller, assistant)
  caller:says("Somebody, please")
  assistant:uses("escalate", { why = "wants a person" })
  caller:is_put_through_to("+15550191")
  dial:is_busy()
  caller:hears("Everybody is on the phone.")
  caller:leaves_a_recording { url = "https://recordings.example/1" }
  caller:hears("We will call you back.")
  caller:is_hung_up()
  sms:was_sent("+15550192", "Lead: +12025550142: a message at https://recordings.example/1")
end)

it("takes a message where there is no model", function(caller, assistant)
  assistant:drops()
  caller:hears("Hello, this is Alder Windows.")
  caller:leaves_a_recording()
  caller:hears("We will call you back.")
  caller:is_hung_up()
end)

it("answers texts with the same assistant", function(_, assistant)
  texter:sends("Do you do doors?")
  assistant:says("We do! What do you need?")
  texter:receives("We do!")
end)

it("replies even when the assistant cannot be had", function(_, assistant)
  texter:sends("Do you do doors?")
  assistant:drops()
  texter:receives("Please call us at this number.")
end)
