local survey = require "survey"

local all = survey.questions {
  name = "all",
  webhook = "https://crm.example/survey",
  { id = "stars", kind = "scale", say = "Stars?" },
  { id = "ten", kind = "scale", least = 0, most = 10, say = "Zero to ten?" },
  { id = "again", kind = "yes_no", say = "Again?" },
  { id = "how", kind = "choice", say = "How?", required = true, choices = {
    { value = "phone", key = "1" }, { value = "web", key = "2", words = { "internet", "web" } } } },
  { id = "people", kind = "number", most = 100, say = "How many?" },
  { id = "why", kind = "text", say = "Why?", when = function(answers) return (answers.stars or 5) < 3 end },
  { id = "voice", kind = "recording", say = "Tell us more." },
}

return {
  on_call = function(call)
    local result = all:run(call, { about = { order = 7 }, language = "en-GB" })
    local shown = {}
    for id, answer in pairs(result.answers) do
      shown[#shown + 1] = id .. "=" .. (type(answer) == "table" and answer.url or tostring(answer))
    end
    table.sort(shown)
    call:say(table.concat(shown, " ") .. "; skipped " .. table.concat(result.skipped, ",") .. " " .. tostring(result.complete))
  end,

  on_message = function(message)
    local counts = all:tally(message.body)
    local shown = {}
    for value, count in pairs(counts) do
      if count > 0 then shown[#shown + 1] = value .. ":" .. count end
    end
    return #shown > 0 and table.concat(shown, " ") or "none"
  end,
}
