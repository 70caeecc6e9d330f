-- What `switchhook sim model` plays where it is given no other script: it greets, and repeats what it hears.
local model = assistant()
local order = model:has_its_turn()
model:says(order:match('"(.-)"') or order:match("“(.-)”") or "Hello! This is a simulated assistant.")
while true do
  local words = model:hears()
  if not words then break end
  model:says("You said: " .. words)
end
