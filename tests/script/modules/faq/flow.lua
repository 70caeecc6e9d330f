local faq = require "faq"

local answers = {
  { words = { "parking", "park" }, reply = "Behind the house." },
  { words = { "park" , "park my dog" }, reply = "No dogs." },
}
local of = {
  plain = faq.open { name = "plain", answers = answers },
  model = faq.open { answers = answers, instructions = "You answer for Lakeside.", cache_days = 2 },
  server = faq.open { name = "server", url = "https://help.example/answer", headers = { Authorization = "x" } },
  short = faq.open {
    name = "short", url = "https://help.example/answer", fields = { company = "101", question = "?" }, longest = 40,
  },
  both = faq.open { name = "both", url = "https://help.example/answer", instructions = "You help.", cache_days = 0 },
}

local function told(reply, source) return tostring(reply) .. " (" .. source .. ")" end

return {
  on_message = function(message)
    local which, question = message.body:match("^(%w+): (.*)$")
    if which == "forget" then
      of.model:forget(question)
      return "forgotten"
    end
    if which == "spanish" then return told(of.model:answer(question, { language = "es-US" })) end
    return told(of[which]:answer(question))
  end,

  on_call = function(call)
    local heard = call:gather { say = "Ask.", speech = true }
    call:say(told(of.model:answer(heard and heard.speech)))
  end,
}
