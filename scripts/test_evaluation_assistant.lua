-- The flow's own assistant in an evaluation: a model that has what the agent's author gave it, and whose tools run. By
-- voice it is asked in text, with what would be spoken.
local parts = ...
local telling, models = parts.test_telling, parts.test_evaluation_models

local ON_THE_PHONE = "You are on the phone: what you write is spoken to the caller as it is, so write nothing but words to "
  .. "say. What the caller says comes to you as text, and [presses 1] is a key that they press."
local LONGEST_REPLY = 1024 -- tokens, unless the agent says otherwise

local assistant = {}

-- ── By voice ─────────────────────────────────────────────────────────────────────────────────────────────────────

local messages_of = {
  caller = function(line)
    return { role = "user", content = line.text }
  end,
  assistant = function(line)
    return { role = "assistant", content = line.text }
  end,
}

-- The conversation so far, as Chat Completions has it.
local function messages_in(conversation)
  local messages = { { role = "system", content = conversation:instructions() .. "\n\n" .. ON_THE_PHONE } }
  for _, line in ipairs(conversation.lines) do
    if line.tool then
      local wish = { id = line.id, type = "function", ["function"] = { name = line.tool, arguments = line.arguments } }
      messages[#messages + 1] = { role = "assistant", tool_calls = { wish } }
      messages[#messages + 1] = { role = "tool", tool_call_id = line.id, content = line.result }
    else
      messages[#messages + 1] = messages_of[line.who](line)
    end
  end
  return messages
end

local function functions_of(tools)
  if #tools == 0 then
    return nil
  end
  local functions = {}
  for i, each in ipairs(tools) do
    functions[i] = { type = "function", ["function"] = each }
  end
  return functions
end

-- A tool that broke fails the run at once; one that was called wrongly is the model's to mend.
local function look_at(talk)
  if not talk.broke then
    talk.problem = nil
  end
  talk:expect_no_problem()
end

local function use(conversation, wish)
  local arguments = wish.arguments or ""
  conversation:note_use(wish.name, arguments)
  conversation.using = { tool = wish.name, arguments = arguments, id = wish.id }
  conversation:event({ tool = { call_id = wish.id, name = wish.name, arguments = arguments } })
  look_at(conversation)
end

local function speak(conversation)
  local settings = conversation.settings
  local reply = models.ask("assistant", {
    messages = messages_in(conversation),
    tools = functions_of(conversation:tools()),
    tool_choice = settings.tool_choice,
    max_tokens = settings.max_output_tokens or LONGEST_REPLY,
  })
  conversation:spend(reply.content or "", reply.usage)
  local says = (reply.content or ""):find("%S") ~= nil
  conversation.wishes, conversation.speechless = reply.tool_calls or {}, not says and #(reply.tool_calls or {}) == 0
  if says then
    conversation:hear(reply.content)
    telling.current.counted = #conversation.call.told
    models.take_time(conversation, models.seconds_of(reply.content))
  elseif conversation.speechless then
    conversation.call.world:note("assistant says nothing")
  end
end

-- Whether it is the assistant's turn, and not the caller's.
function assistant.has_its_turn(conversation)
  if conversation.wishes and #conversation.wishes > 0 then
    return true
  end
  local last = conversation.lines[#conversation.lines]
  return last ~= nil and last.who ~= "assistant" and not conversation.speechless
end

-- Takes one step of its turn: says something, or uses a tool.
function assistant.goes_on(conversation)
  if conversation.wishes and #conversation.wishes > 0 then
    return use(conversation, table.remove(conversation.wishes, 1))
  end
  speak(conversation)
end

-- ── By text ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Writes to whoever texted: what the flow asks its model is asked.
function assistant.writes(call)
  local chat = call.chat
  local reply = models.ask("assistant", chat.options)
  chat:spend(reply.content or "", reply.usage)
  for _, wish in ipairs(reply.tool_calls or {}) do
    chat:note_use(wish.name, wish.arguments or "")
  end
  chat:answer(reply)
  look_at(chat)
end

return assistant
