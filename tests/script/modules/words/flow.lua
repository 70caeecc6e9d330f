-- Replies to a message with what `words` makes of it: "number: for twenty two", "yes: sure".
local words = require "words"

local choices = {
  { words = { "table", "book a table" }, name = "table" },
  { words = { "book" }, name = "book" },
  { words = { "opening hours" }, name = "hours" },
}

local try = {
  plain = words.plain,
  number = function(text) return tostring(words.number(text)) end,
  yes = function(text) return tostring(words.yes(text)) end,
  choose = function(text)
    local choice = words.choose(text, choices)
    return choice and choice.name or "none"
  end,
}

return {
  on_message = function(message)
    local what, text = message.body:match("^(%w+): (.*)$")
    return try[what](text)
  end,
}
