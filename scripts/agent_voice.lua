-- A conversation by voice: the loop between the model's wishes and the author's tools.
local engine = ...
local ask, copy = engine.ask, engine.copy

---@class ConverseOptions : AgentOptions
---@ask converse
---@field instructions string Who the assistant is and what it does.

---@class ToolResultOptions
---@ask tool_result
---@field call_id string The use of the tool that this answers.
---@field output string What the model is told.
---@field respond? boolean Whether the model goes on.

---@class EndConversationOptions
---@ask end_conversation
---@field reason string What `converse` gives as the reason.
---@field value? any What it gives as the value.
---@field call_id? string The use of the tool that ends it, where one does.
---@field output? string What the model is told of that.
---@field at_once? boolean Does not wait until the assistant's last words are heard.

---@class InterjectOptions
---@ask interject
---@field text string What the assistant says now.

---@class PlayWhileOptions
---@ask play_while
---@field sound "typing"|"tone" What is heard where nobody speaks.

-- Settings that the model does not get, or not as they are.
local OURS = { "instructions", "greeting", "history_hours", "text" }

local function given(value, call, name)
  if type(value) ~= "function" then return value end
  local result = value(call)
  if result == nil then engine.refuse(("converse: the function `%s` gave nothing: return a text"):format(name)) end
  return result
end

-- The tools, and the options to ask for the conversation with.
local function prepared(call, given_agent, overrides)
  local settings, tools, told = engine.part("agent_settings").for_conversation(given_agent, overrides, call, true)
  local options = copy(settings)
  for _, name in ipairs(OURS) do options[name] = nil end
  options.instructions = given(settings.instructions, call, "instructions")
  local greeting = given(settings.greeting, call, "greeting")
  if type(greeting) == "string" then greeting = { text = greeting } end
  options.greeting = greeting
  if #told > 0 then options.tools = told end
  return tools, options
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
  local tools, options = prepared(call, given_agent, overrides)
  local event, reason = ask("converse", options)
  local finish
  while event and event.tool do
    local output
    output, finish = engine.part("agent_tools")(tools, event.tool)
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
