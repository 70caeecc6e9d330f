-- A conversation by voice: the loop between the model's wishes and the author's tools.
local engine = ...
local ask, copy = engine.ask, engine.copy
local tools_for = engine.part("agent_tools")

---@class ConverseOptions : AgentOptions
---@ask converse
---@field instructions string

---@class ToolResultOptions
---@ask tool_result
---@field call_id string
---@field output string
---@field respond? boolean

---@class EndConversationOptions
---@ask end_conversation
---@field reason string
---@field value? any
---@field call_id? string
---@field output? string
---@field at_once? boolean

---@class InterjectOptions
---@ask interject
---@field text string

-- Settings that the model does not get, or not as they are.
local OURS = { "instructions", "greeting", "history_hours", "text" }

local function given(value, call, name)
  if type(value) ~= "function" then return value end
  local result = value(call)
  if result == nil then engine.refuse(("converse: the function `%s` gave nothing: return a text"):format(name)) end
  return result
end

local function settings_of(agent, call, tools)
  local settings = copy(agent.settings)
  for _, name in ipairs(OURS) do settings[name] = nil end
  settings.instructions = given(agent.settings.instructions, call, "instructions")
  local greeting = given(agent.settings.greeting, call, "greeting")
  if type(greeting) == "string" then greeting = { text = greeting } end
  settings.greeting = greeting
  if #tools.told > 0 then settings.tools = tools.told end
  return settings
end

local function ending_of(finish, wish, output)
  return {
    call_id = wish.call_id,
    output = output,
    reason = finish.options.reason or "finished",
    value = finish.options.value,
    at_once = finish.options.at_once,
  }
end

return function(call, given_agent, overrides)
  local agent = engine.part("agent").with(given_agent, overrides)
  local tools = tools_for(agent, call, true)
  local event, reason = ask("converse", settings_of(agent, call, tools))
  local finish
  while event and event.tool do
    local output
    output, finish = tools:answer(event.tool)
    if finish then
      event, reason = ask("end_conversation", ending_of(finish, event.tool, output))
    else
      event, reason = ask("tool_result", { call_id = event.tool.call_id, output = output, respond = true })
    end
  end
  local outcome = event and event.finished or { reason = "failed", what = reason }
  outcome.transcript, outcome.usage = outcome.transcript or {}, outcome.usage or {}
  outcome.seconds = outcome.seconds or 0
  if finish and finish.tool.after and outcome.reason == finish.options.reason then finish.tool.after(call, outcome) end
  return outcome
end
