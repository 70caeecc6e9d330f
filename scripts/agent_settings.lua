-- Checks what an agent is, and makes of it what a conversation needs.
local engine = ...
local copy, refuse = engine.copy, engine.refuse
local parameters = engine.part("agent_parameters")
local built_in -- the script of that name, once a tool needs it

-- The tool { about, params, run, say_while, play_while }, one of the engine's also with `after` and `only_by_voice`; and what the
-- model is told of it.
local function tool_of(name, given)
  local place = "tools." .. name
  if not name:find("^[%w_-]+$") or #name > 64 then
    refuse(("agent: a tool cannot be called %q: use letters, digits and _, 64 at most"):format(name))
  end
  if getmetatable(given) == "a tool of the engine" then
    if not given.options then given = given {} end
    built_in = built_in or engine.part("agent_built_in")
    given = built_in[given.name](given.options)
  else
    if type(given) ~= "table" then
      refuse(("agent: `%s` is a %s: write %s = { about = \"…\", params = { … }, run = function(args) … end }"):format(
        place, type(given), name))
    end
    local plain = copy(given)
    plain.params = nil
    engine.check("agent: " .. place, "AgentTool", plain)
  end
  local rule = parameters.read(given.params or {}, place .. ".params")
  return given, { name = name, description = given.about, parameters = parameters.schema_of(rule) }
end

-- The tools by name, and by name what the model is told of them.
local function tools_of(given)
  if type(given) ~= "table" then
    refuse("agent: `tools` is a table with names, such as { book_table = { … }, agent.hangup }, not a " .. type(given))
  end
  local tools, told = {}, {}
  for key, value in pairs(given) do
    local name = key
    if type(key) ~= "string" then
      if getmetatable(value) ~= "a tool of the engine" then
        refuse("agent: a tool of your own has a name: tools = { book_table = { … } }")
      end
      name = value.name
    end
    if tools[name] then refuse(("agent: two tools are called %q: give one a name of its own"):format(name)) end
    tools[name], told[name] = tool_of(name, value)
  end
  return tools, told
end

-- Checks settings, and takes the tools out of them.
local function read(verb, class, settings)
  if type(settings) ~= "table" then
    refuse(verb .. ": what an agent is comes as a table: agent { instructions = \"…\" }")
  end
  settings = copy(settings)
  local tools = settings.tools
  settings.tools = nil
  engine.check(verb, class, settings)
  if tools == nil then return settings end
  return settings, tools_of(tools)
end

-- The tools for one conversation with a call or a message, as agent_tools.lua runs them; and what the model is told.
local function tools_for(own, told_of, of, by_voice)
  local tools, told = { of = of, by_voice = by_voice, by_name = {}, names = {}, answered = {}, failures = 0 }, {}
  for name, tool in pairs(own) do
    if by_voice or not tool.only_by_voice then
      told[#told + 1], tools.names[#told + 1], tools.by_name[name] = told_of[name], name, tool
    end
  end
  return tools, told
end

return {
  read = read,

  -- What a conversation runs on: the settings of an agent, or of a table that would make one, with others' over them;
  -- the tools; and what the model is told of them.
  for_conversation = function(given, overrides, of, by_voice)
    local is_agent = getmetatable(given) == "an agent"
    local settings, tools, told = read("agent", "AgentSettings", is_agent and given.settings or engine.snapshot(given))
    if overrides ~= nil then
      local others, other_tools, told_of_others = read("converse", "AgentOverrides", engine.snapshot(overrides))
      for name, value in pairs(others) do settings[name] = value end
      if other_tools then tools, told = other_tools, told_of_others end
    end
    return settings, tools_for(tools or {}, told, of, by_voice)
  end,
}
