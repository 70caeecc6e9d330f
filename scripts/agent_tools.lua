-- Runs the tools that a model asks for, by voice and by text. `tools` is what agent_settings.lua makes of an agent's.
local engine = ...
local ask, copy, refuse = engine.ask, engine.copy, engine.refuse

-- A tool that breaks so many times in a row ends the conversation.
local MOST_FAILURES = 3

-- What `run` gets as its third argument, as agent.lua describes it.
local Use = {}
Use.__index = Use

function Use:say(text)
  if self.by_voice then return engine.ask("interject", { text = text }) end
end

function Use:collect_digits(options)
  if not self.by_voice then refuse("collect_digits: nobody is on the line of a text message") end
  local answer, reason = engine.ask("collect_digits", options)
  return answer and answer.digits, reason
end

function Use:finish(options)
  engine.check("tool:finish", "FinishOptions", options)
  if options and options.value ~= nil then json.encode(options.value) end -- raises here what cannot be kept
  self.finished = copy(options)
end

local function error_for_model(problem)
  return json.encode { error = problem }
end

local function log_problem(message, name, problem)
  ask("log", { message = message, fields = { tool = name, problem = problem } })
end

-- The arguments as a table, or nil and what is wrong with them.
local function arguments_of(text, params)
  if text:find("^%s*$") then text = "{}" end
  local good, arguments = pcall(json.decode, text)
  if not good then
    local where = tostring(arguments):match("line %d+, column %d+")
    return nil, "the arguments are not JSON" .. (where and " (" .. where .. ")" or "")
  end
  if type(arguments) ~= "table" then return nil, "the arguments are not a JSON object" end
  local rule = engine.part("agent_parameters").read(params, "params")
  local problem = engine.part("agent_arguments")(arguments, rule)
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

local function listed(names)
  return #names > 0 and "`" .. table.concat(names, "`, `") .. "`" or "none"
end

-- Runs a tool that fits. What it raises is the author's to know and the model's to explain.
local function run(tools, tool, use, arguments)
  if tool.say_while then use:say(tool.say_while) end
  if tool.play_while and use.by_voice then engine.ask("play_while", { sound = tool.play_while }) end
  local good, output = pcall(function() return output_of(tool.run(arguments, tools.of, use)) end)
  if good then
    tools.failures = 0
    return output, use.finished and { tool = tool, options = use.finished }
  end
  tools.failures = tools.failures + 1
  log_problem("tool failed", use.name, tostring(output))
  output = error_for_model("the tool failed; say that this does not work at the moment")
  if tools.failures < MOST_FAILURES then return output end
  return output, { tool = tool, options = { reason = "failed", at_once = true } }
end

-- Answers a wish of the model, { call_id, name, arguments }: gives the text for the model and, where the conversation
-- is to end with it, { tool, options } with the options of end_conversation.
return function(tools, wish)
  local id = tostring(wish.call_id)
  if tools.answered[id] then return tools.answered[id] end
  local tool = tools.by_name[wish.name]
  if not tool then
    local problem = ("there is no tool `%s`; there is %s"):format(tostring(wish.name), listed(tools.names))
    log_problem("tool refused", tostring(wish.name), problem)
    return error_for_model(problem)
  end
  local arguments, problem = arguments_of(wish.arguments or "", tool.params or {})
  if not arguments then
    log_problem("tool refused", wish.name, problem)
    return error_for_model(problem .. "; call it again with this put right, and ask the caller for what you do not know")
  end
  local use = { name = wish.name, id = id, key = tools.of.id .. ":" .. id, by_voice = tools.by_voice }
  local output, finish = run(tools, tool, setmetatable(use, Use), arguments)
  tools.answered[id] = output
  return output, finish
end
