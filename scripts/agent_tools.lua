-- Runs the tools that a model asks for, by voice and by text.
local engine = ...
local ask, copy = engine.ask, engine.copy
local parameters = engine.part("agent_parameters")
local Use = engine.part("agent").tool_use

-- A tool that breaks so many times in a row ends the conversation.
local MOST_FAILURES = 3

local Tools = {}
Tools.__index = Tools

local function error_for_model(problem)
  return json.encode { error = problem }
end

local function log_problem(message, name, problem)
  ask("log", { message = message, fields = { tool = name, problem = problem } })
end

-- The arguments as a table, or nil and what is wrong with them.
local function arguments_of(text, rule)
  if text:find("^%s*$") then text = "{}" end
  local good, arguments = pcall(json.decode, text)
  if not good then
    local where = tostring(arguments):match("line %d+, column %d+")
    return nil, "the arguments are not JSON" .. (where and " (" .. where .. ")" or "")
  end
  if type(arguments) ~= "table" then return nil, "the arguments are not a JSON object" end
  local problem = parameters.problem_with(arguments, rule)
  if problem then return nil, problem end
  return arguments
end

-- What a tool returned, as a text for the model.
local function output_of(value, reason)
  if value == nil and reason ~= nil then return error_for_model(tostring(reason)) end
  if value == nil or value == true then return "done" end
  if type(value) == "string" then return value end
  return json.encode(value)
end

function Tools:use_of(tool, id)
  return setmetatable({
    name = tool.told.name,
    id = id,
    key = self.of.id .. ":" .. id,
    by_voice = self.by_voice,
  }, Use)
end

function Tools:names()
  local names = {}
  for _, told in ipairs(self.told) do names[#names + 1] = told.name end
  return #names > 0 and "`" .. table.concat(names, "`, `") .. "`" or "none"
end

-- Runs a tool that fits. What it raises is the author's to know and the model's to explain.
function Tools:run(tool, id, arguments)
  local use = self:use_of(tool, id)
  if tool.say_while then use:say(tool.say_while) end
  local good, output = pcall(function() return output_of(tool.run(arguments, self.of, use)) end)
  if good then
    self.failures = 0
    return output, use.finished and { tool = tool, options = use.finished }
  end
  self.failures = self.failures + 1
  log_problem("tool failed", use.name, tostring(output))
  output = error_for_model("the tool failed; say that this does not work at the moment")
  if self.failures < MOST_FAILURES then return output end
  return output, { tool = tool, options = { reason = "failed", at_once = true } }
end

-- Answers a wish of the model, { call_id, name, arguments }: gives the text for the model and, where the conversation
-- is to end with it, { tool, options } with the options of end_conversation.
function Tools:answer(wish)
  local id = tostring(wish.call_id)
  if self.answered[id] then return self.answered[id] end
  local tool = self.by_name[wish.name]
  if not tool then
    local problem = ("there is no tool `%s`; there is %s"):format(tostring(wish.name), self:names())
    log_problem("tool refused", tostring(wish.name), problem)
    return error_for_model(problem)
  end
  local arguments, problem = arguments_of(wish.arguments or "", tool.rule)
  if not arguments then
    log_problem("tool refused", wish.name, problem)
    return error_for_model(problem .. "; call it again with this put right, and ask the caller for what you do not know")
  end
  local output, finish = self:run(tool, id, arguments)
  self.answered[id] = output
  return output, finish
end

-- The tools of an agent for one conversation with a call or a message.
return function(agent, of, by_voice)
  local tools = { of = of, by_voice = by_voice, by_name = {}, told = {}, answered = {}, failures = 0 }
  for name, tool in pairs(agent.tools) do
    if by_voice or not tool.only_by_voice then
      tools.by_name[name] = tool
      tools.told[#tools.told + 1] = copy(tool.told)
    end
  end
  return setmetatable(tools, Tools)
end
