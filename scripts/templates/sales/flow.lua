-- Talks with people who might buy: an assistant learns what they need, keeps it, and rings the sales team. Where there
-- is no model (no OPENAI_API_KEY), or it fails, callers leave a message instead.
--
-- A line that begins with two hyphens is a note like this one. Words in "quotes" are what callers hear: change them.

-- Tells the sales team of somebody who is interested; what is known so far stands in `lead`.
local function tell_team(call, lead)
  local who = lead.name and lead.name .. ", " .. call.from or call.from
  sms.send { to = call.settings.sales_mobile, body = ("Lead: %s: %s"):format(who, lead.need), later = true }
  if call.settings.crm_url ~= "" then
    http.post(call.settings.crm_url, {
      json = { phone = call.from, name = lead.name, company = lead.company, need = lead.need },
      later = true, -- posted again and again until it arrives
    })
  end
end

-- The assistant. What it knows stands in `instructions`, what it can do in `tools`.
local assistant = agent {
  instructions = function(call)
    return ([[
You answer the sales line of %s. We sell: %s.
Be warm and brief: one question at a time.
- Learn what the caller needs, their name and, if they have one, their company. Then use save_lead.
- Name no prices and promise no dates: the sales team does.
- Use escalate when they want to talk to somebody now. Say goodbye before you use hangup.]]):format(
      call.settings.name, call.settings.products)
  end,
  greeting = function(call) return "Hello, this is " .. call.settings.name .. "! What can we do for you?" end,
  goodbye = "I have to end the call here. The sales team will call you back. Goodbye!",
  tools = {
    save_lead = {
      about = "Keeps what the caller needs, for the sales team to call back. Use it once you know it.",
      params = {
        need = "string 3..300: what they need, in a sentence",
        name = "string? 2..80: the caller's name",
        company = "string? 2..80: their company",
      },
      run = function(lead, call)
        call.vars.need = lead.need
        kv.set("lead/" .. call.id, { phone = call.from, name = lead.name, company = lead.company, need = lead.need })
        tell_team(call, lead)
        return "saved: the sales team calls back within a day"
      end,
    },
    agent.hangup,
    agent.escalate,
  },
}

local function take_message(call)
  call:say("Please tell us your name and what you need after the beep. Then press any key.")
  local message = call:record { max_length = 120 }
  if not message then return call:say("I heard nothing. Goodbye.") end
  tell_team(call, { need = "a message at " .. message.url })
  call:say("Thank you. We will call you back. Goodbye.")
end

local function to_sales(call)
  local about = call.vars.need or "something that they did not say"
  if call:dial(call.settings.sales, { timeout = 20, whisper = "A caller who needs " .. about .. "." }) then return end
  call:say("Everybody is on the phone.")
  take_message(call)
end

---@type Flow
return {
  -- What you will want to change. A number can have others: see numbers.lua. To have a value checked before it goes
  -- live, write its type as well: sales_mobile = { type = "phone", default = "+15550192" }.
  settings = {
    name = "Alder Windows",
    products = "windows, doors and their installation",
    sales = "+15550191",
    sales_mobile = "+15550192", -- gets a text for every lead
    crm_url = "", -- gets every lead as JSON; empty: nobody does
  },
  -- If anything here breaks, callers get this person instead of silence.
  fallback = { dial = "+15550191" },

  -- What happens when somebody calls, from top to bottom.
  on_call = function(call)
    local outcome = call:converse(assistant)
    if outcome.reason == "escalate" then
      to_sales(call)
    elseif outcome.reason == "failed" then
      call:say("Hello, this is " .. call.settings.name .. ".")
      take_message(call)
    elseif outcome.reason == "silence" then
      call:say("I cannot hear you. Please call us again. Goodbye.")
    end
  end,

  -- What happens when somebody sends a text message: the same assistant answers.
  on_message = function(message)
    return message:converse(assistant) or "Thank you! Please call us at this number."
  end,
}
