-- Every Lua file here runs in LuaJIT, in the engine's sandbox.
std = "luajit"
max_line_length = 132
max_comment_line_length = false

globals = { "http", "kv", "log", "sleep", "sms" }
read_globals = { "agent", "json" }

-- Its verbs stand twice: as what the reference shows, and as what they are.
files["scripts/agent.lua"] = { self = false, unused_args = false, ignore = { "241" } }
-- The verbs are defined as methods whether or not they look at the call.
files["scripts/*.lua"] = { self = false }
-- It makes the words of scenarios.
files["scripts/scenario.lua"] = { allow_defined_top = true, ignore = { "131" } }
files["**/*_test.lua"] = { read_globals = {
  "at", "call", "carrier", "clock", "cost", "dial", "engine", "network", "never", "queue", "refer", "store", "test", "texter" } }
files["**/flow_eval.lua"] = { read_globals = {
  "at", "call", "clock", "cost", "dial", "evaluation", "network", "never", "queue", "refer", "store", "texter" } }

-- Scenarios run on the caller's side, with Lua's own libraries; scenario.lua is where their words are made.
local scenario = { "assistant", "call", "dial", "edit", "engine", "narrate", "pick_up", "queue", "refer", "text", "wait_until_live", "wait_until_refused", "web" }
for _, name in ipairs { "scenario", "scenario_assistant", "scenario_web" } do
  files["scripts/" .. name .. ".lua"] = { globals = scenario, self = false }
end
files["scripts/model.lua"] = { read_globals = scenario }
files["scripts/demo.lua"] = { read_globals = scenario }
-- What a rule of ours finds, luacheck finds too.
files["tests/script/checks/unknown-name/bad.lua"] = { ignore = { "111", "113" } }
