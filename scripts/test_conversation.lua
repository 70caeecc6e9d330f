-- A conversation with the assistant in a test: what was said, what the tools were asked and answered. The test speaks for
-- the model. By voice it is a Conversation of a call; by text a Chat of a message.
local parts = ...
local host, World = parts.host, parts.test_world

local show = World.show

-- ── What both have ───────────────────────────────────────────────────────────────────────────────────────────────

local Talk = {}

-- What the model is told of a tool: { name, description, parameters }, or nil and the names that there are.
function Talk:tool(name)
  local names = {}
  for _, tool in ipairs(self:tools()) do
    if tool.name == name then
      return tool
    end
    names[#names + 1] = tool.name
  end
  return nil, names
end

-- A tool that broke, or that the test called wrongly, fails the test unless its next line looks at what was told.
function Talk:expect_no_problem()
  local problem = self.problem
  self.problem = nil
  if problem then
    self.call.world:fail(problem)
  end
end

-- Writes down that the model wishes for a tool.
function Talk:note_use(name, arguments)
  local world = self.call.world
  self.uses_so_far = self.uses_so_far + 1
  local line = world:note(("assistant uses %s %s"):format(name, arguments))
  world.uses[#world.uses + 1] = { tool = name, arguments = arguments, line = line }
end

function Talk:arguments(name, arguments)
  local text = type(arguments) == "string" and arguments or host.json(arguments)
  self:note_use(name, text)
  return "call_" .. self.uses_so_far, text
end

-- Counts a response of the model. Without the tokens that the test tells, what goes in and out is taken at four bytes
-- for each.
function Talk:spend(text, usage)
  local spent = self.call.world.spent
  local given = usage or {}
  local input, output = given.input or math.ceil(self:size() / 4), given.output or math.ceil(#text / 4)
  spent.replies, spent.tokens = spent.replies + 1, spent.tokens + input + output
  if usage then
    self.usage.input, self.usage.output = self.usage.input + input, self.usage.output + output
  end
end

function Talk:is_told(output)
  local good, value = pcall(json.decode, output)
  self.told = output
  self.told_value = good and value
  self.told_text = type(self.told_value) == "table" and self.told_value.error or output
  self.call.world:note("assistant is told " .. (self.told_text == output and output or "the error " .. show(self.told_text)))
end

local problem_texts = { ["tool failed"] = "the tool %s broke: %s", ["tool refused"] = "the tool %s was called wrongly: %s" }

-- Looks at what the flow logs for what its author ought to know.
function Talk:look_at_log(options)
  local text = problem_texts[options.message]
  if text and options.fields then
    self.broke = options.message == "tool failed" -- by the author's mistake, not the model's
    self.problem = text:format(tostring(options.fields.tool), tostring(options.fields.problem))
  end
end

-- ── By voice ─────────────────────────────────────────────────────────────────────────────────────────────────────

local Conversation = setmetatable({}, { __index = Talk })
Conversation.__index = Conversation

local SILENCE = { timeout = 15, times = 2, prompt = "Are you still there?" } -- seconds, as the engine has them
local TIME_LIMIT = 600
local PATIENCE = 30 -- seconds until the engine gives up on a model that says nothing

---@param settings table the options of the ask `converse`
function Conversation.new(call, settings)
  return setmetatable({
    call = call,
    settings = settings,
    started = call.world.now,
    lines = {}, -- the transcript that the flow gets
    silences = 0, -- in a row
    uses_so_far = 0,
    told = nil, -- what the latest tool answered; told_value where that is JSON, told_text in words
    over = nil, -- the reason, once it is over
    usage = { input = 0, output = 0 }, -- what the test told
  }, Conversation)
end

function Conversation:begin()
  local greeting = self.settings.greeting
  if greeting then
    self:hear(greeting.text)
    self:spend(greeting.text)
    self.lines[1].greeting = true
  end
end

function Conversation:tools()
  return self.settings.tools or {}
end

function Conversation:instructions()
  return self.settings.instructions
end

function Conversation:seconds()
  return math.floor((self.call.world.now - self.started) / 1000)
end

function Conversation:add(line)
  line.at = self:seconds()
  self.lines[#self.lines + 1] = line
end

-- Bytes of what the model is given when it has its turn.
function Conversation:size()
  local size = #(self.settings.instructions or "") + #host.json(self:tools())
  for _, line in ipairs(self.lines) do
    size = size + #(line.text or "") + #(line.arguments or "") + #(line.result or "")
  end
  return size
end

function Conversation:hear(text)
  local call = self.call
  call:record_line("assistant", text)
  self:add({ who = "assistant", text = text })
  call:tell(text, call.world:note("assistant says " .. show(text)))
end

function Conversation:caller_does(text, doing)
  local call = self.call
  call.heard, self.silences = {}, 0
  call.world:note(doing)
  call:record_line("caller", text)
  self:add({ who = "caller", text = text })
end

-- Cuts what the assistant said last to what the caller heard of it.
function Conversation:interrupt(heard)
  local last = self.lines[#self.lines]
  if not last or last.who ~= "assistant" then
    return nil, "the assistant is not speaking: write assistant:says(…) before it"
  end
  local greeting, detection = self.settings.greeting, self.settings.turn_detection
  if last.greeting and greeting.interruptible == false then
    return nil, "its greeting cannot be interrupted (interruptible = false)"
  end
  if detection and detection.interrupt_response == false then
    return nil, "it cannot be interrupted (interrupt_response = false)"
  end
  if heard and last.text:sub(1, #heard) ~= heard then
    return nil, ("what it says does not begin with %s: %s"):format(show(heard), show(last.text))
  end
  last.text = heard or last.text
  return true
end

-- What the caller last said; nil if nothing yet.
function Conversation:heard_last()
  for i = #self.lines, 1, -1 do
    if self.lines[i].who == "caller" then
      return self.lines[i].text
    end
  end
end

-- Goes on with the flow, which waits for an event.
function Conversation:event(event)
  self:expect_no_problem()
  local call = self.call
  call.waits = nil
  call:follow(host.resume(call.run, event, nil, nil, call.world.now))
end

function Conversation:says(text, usage)
  self:expect_no_problem()
  self:spend(text, usage)
  self:hear(text)
end

function Conversation:uses(name, arguments)
  local id, text = self:arguments(name, arguments)
  self:spend(text)
  self.using = { tool = name, arguments = text }
  self:event({ tool = { call_id = id, name = name, arguments = text } })
end

-- The flow answers a tool, in tool_result or in end_conversation.
function Conversation:take_result(options)
  if options.output and self.using then
    self.using.result = options.output
    self:add(self.using)
    self:is_told(options.output)
  end
  self.using = nil
end

-- What the flow gets when it is over.
function Conversation:finished(reason, what, value)
  self.over = reason
  self.call.failed = reason == "failed"
  self.call.world:note("the conversation is over: " .. reason .. (what and " (" .. what .. ")" or ""))
  local lines = {}
  for i, line in ipairs(self.lines) do
    lines[i] = { who = line.who, text = line.text, tool = line.tool, arguments = line.arguments, result = line.result,
      at = line.at }
  end
  return {
    finished = {
      reason = reason,
      what = what,
      value = value,
      transcript = lines,
      usage = {
        input = self.usage.input,
        output = self.usage.output,
        cached = 0,
        input_audio = 0,
        output_audio = 0,
        responses = self.uses_so_far,
      },
      seconds = self:seconds(),
    },
  }
end

function Conversation:finish(reason, what)
  self:event(self:finished(reason, what))
end

function Conversation:drops()
  self:finish("failed", "closed")
end

function Conversation:stays_silent()
  self.call.world:advance(PATIENCE)
  self:finish("failed", "timed_out")
end

-- The caller says nothing until the engine's patience ends once; nothing and why, where it never ends.
function Conversation:silence()
  local silence = self.settings.silence
  if silence == false then
    return nil, "the flow waits for ever (silence = false)"
  end
  silence = silence or {}
  self.call.world:advance(silence.timeout or SILENCE.timeout)
  self.silences = self.silences + 1
  if self.silences > (silence.times or SILENCE.times) then
    self:finish("silence")
  else
    self.call.heard = {}
    self:hear(silence.prompt or SILENCE.prompt)
  end
  return true
end

-- Seconds until it is over by itself.
function Conversation:time_left()
  return (self.settings.time_limit or TIME_LIMIT) - self:seconds()
end

-- The two talk on for a while: at the time limit it is over.
function Conversation:talk_on(seconds)
  local left = self:time_left()
  self.call.world:advance(math.min(seconds, left))
  if seconds < left then
    return
  end
  if self.settings.goodbye then
    self:hear(self.settings.goodbye)
  end
  self:finish("time_limit")
  self.call.world:advance(seconds - left)
end

-- ── By text ──────────────────────────────────────────────────────────────────────────────────────────────────────

local Chat = setmetatable({}, { __index = Talk })
Chat.__index = Chat

local TEXT_TIMEOUT = 10 -- seconds

function Chat.new(call)
  return setmetatable({ call = call, uses_so_far = 0, usage = { input = 0, output = 0 } }, Chat)
end

-- As a Conversation's.
function Chat:size()
  return #host.json(self.options.messages) + #host.json(self:tools())
end

-- The flow asks for a reply. What it tells of a tool is in the messages.
function Chat:asked(options)
  self.options = options
  local last = options.messages[#options.messages]
  if last.role == "tool" then
    self:is_told(last.content)
  end
end

function Chat:tools()
  local tools = {}
  for i, tool in ipairs(self.options.tools or {}) do
    tools[i] = tool["function"]
  end
  return tools
end

function Chat:instructions()
  return self.options.messages[1].content
end

function Chat:heard_last()
  for i = #self.options.messages, 1, -1 do
    if self.options.messages[i].role == "user" then
      return self.options.messages[i].content
    end
  end
end

function Chat:answer(value, reason)
  self:expect_no_problem()
  local call = self.call
  call.waits = nil
  call:follow(host.resume(call.run, value, reason, nil, call.world.now))
end

local function usage_of(told)
  local input, output = told and told.input or 0, told and told.output or 0
  return { prompt_tokens = input, completion_tokens = output, total_tokens = input + output }
end

function Chat:says(text, usage)
  self:spend(text, usage)
  self:answer({ content = text, finish_reason = "stop", usage = usage_of(usage) })
end

function Chat:uses(name, arguments)
  local id, text = self:arguments(name, arguments)
  local wish = { id = id, name = name, arguments = text }
  self:spend(text)
  self:answer({ tool_calls = { wish }, finish_reason = "tool_calls", usage = usage_of() })
end

function Chat:drops()
  self.call.world:note("the assistant cannot be reached")
  self:answer(nil, "unreachable")
end

function Chat:stays_silent()
  self.call.world:advance(TEXT_TIMEOUT)
  self.call.world:note("the assistant does not answer")
  self:answer(nil, "timeout")
end

return { Conversation = Conversation, Chat = Chat }
