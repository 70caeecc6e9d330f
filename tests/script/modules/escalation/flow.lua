local escalation = require "escalation"

local people = escalation.policy {
  tiers = {
    { name = "desk", to = { "+15550131", "+15550132" }, timeout = 20, opening = {
      zone = "America/New_York", week = { monday = "9-17" } } },
    { name = "off", to = "+15550130", enabled = false },
    { to = { sip = "sip:night@pbx.example" }, whisper = function(case) return case.why .. " at tier " .. case.tier end,
      opening = { zone = "America/New_York", week = { monday = "8-20" } },
      notify = { sms = "+15550135", text = function(case) return "Tier " .. case.tier .. ": " .. case.from end } },
  },
  keywords = { "lawyer", "refund" },
  sentiment = true,
  failures = 3,
  notify = { sms = { "+15550138", "+15550139" } },
  voicemail = { tries = 1 },
}

local strict = escalation.policy {
  tiers = { { to = "+15550141", whisper = "A call." } },
  person = { "boss" },
  say = false,
  busy = "All busy.",
  voicemail = false,
}

return {
  settings = { strict = false, french = false, about = "it is late" },

  on_call = function(call)
    local policy = call.settings.strict and strict or people
    local request = { why = "asked", about = call.settings.about, language = "en-GB" }
    if call.settings.french then
      request.language, request.say, request.busy, request.closed = "fr-FR", "Un instant.", "Occupé.", "Fermé."
      request.voicemail = { greeting = "Après le bip.", tries = 1 }
    end
    local outcome = policy:run(call, request)
    call:say(("result %s, tier %s"):format(outcome.result, tostring(outcome.tier)))
  end,

  on_message = function(message)
    local watch = people:watch()
    if message.body == "fail" then
      local all = {}
      for i = 1, 3 do all[i] = tostring(watch:failed()) end
      watch:helped()
      all[4] = tostring(watch:failed())
      return table.concat(all, " ")
    end
    if message.body == "available" then return tostring(people:is_available()) end
    if message.body == "key" then return watch:heard { digits = "0" } .. " " .. tostring(watch:heard { digits = "1" }) end
    local policy, text = message.body:match("^(%w+): (.*)$")
    watch = (policy == "strict" and strict or people):watch()
    return tostring(watch:heard(text))
  end,
}
