-- A conversation by text message: one reply, with the tools, and what was written before.
local engine = ...
local ask, copy = engine.ask, engine.copy
local sms = require "sms"

---@class ChatOptions
---@ask chat
---@field messages table[] What was written so far, as Chat Completions has it.
---@field tools? table[] What the model may use, as Chat Completions has it.
---@field model? string The model that writes.
---@field tool_choice? string Whether it must use a tool, or which.
---@field max_tokens? integer Longest answer, in tokens.
---@field reasoning_effort? string How much it thinks before it answers.
---@field temperature? number How free it is in its words.

local MOST_ROUNDS = 8 -- of tools, for one reply
local MOST_MESSAGES, MOST_BYTES = 60, 24000 -- of what is remembered
local LONGEST_OUTPUT = 2000 -- of a tool, once its reply is out
local LONGEST_REPLY = 1600
local BY_TEXT = "You are texting: answer in one to three short sentences, in plain text without Markdown."

local function cut(text, bytes)
  if #text <= bytes then return text end
  return (text:sub(1, bytes):gsub("[\192-\255][\128-\191]*$", "")) -- no half a character
end

-- At most as much as one text message holds, ended where a sentence or at least a word ends.
local function fitted(text)
  if #text <= LONGEST_REPLY then return text end
  text = cut(text, LONGEST_REPLY - 3)
  local sentences = text:match("^(.*[.!?])%s")
  if sentences and #sentences > LONGEST_REPLY / 2 then return sentences end
  return (text:match("^(.*)%s") or text) .. "…"
end

-- ── What was written before ──────────────────────────────────────────────────────────────────────────────────────

local function size_of(messages)
  local bytes = 0
  for _, message in ipairs(messages) do
    bytes = bytes + #(message.content or "")
    for _, call in ipairs(message.tool_calls or {}) do bytes = bytes + #call["function"].arguments end
  end
  return bytes
end

-- Whole turns go, the oldest first: an answer without its question would mislead the model.
local function shortened(turns)
  local count, bytes, kept = 0, 0, {}
  for i = #turns, 1, -1 do
    count, bytes = count + #turns[i], bytes + size_of(turns[i])
    if #kept > 0 and (count > MOST_MESSAGES or bytes > MOST_BYTES) then break end
    table.insert(kept, 1, turns[i])
  end
  return kept
end

-- Adds a turn to what is kept. Another message of the same person may have been answered meanwhile.
local function remember(key, before, turn, hours)
  for _, message in ipairs(turn) do
    if message.role == "tool" then message.content = cut(message.content, LONGEST_OUTPUT) end
  end
  for _ = 1, 3 do
    local turns = copy(before)
    turns[#turns + 1] = turn
    if kv.compare_and_set(key, before, shortened(turns), { expires = hours * 3600 }) then return end
    before = kv.get(key)
  end
end

-- ── One reply ────────────────────────────────────────────────────────────────────────────────────────────────────

local function system_message(settings, message)
  local instructions = settings.instructions
  if type(instructions) == "function" then instructions = instructions(message) end
  local by_text = settings.text and settings.text.instructions or BY_TEXT
  return { role = "system", content = tostring(instructions) .. "\n\n" .. by_text }
end

local function functions_of(told)
  if #told == 0 then return nil end
  local functions = {}
  for i, each in ipairs(told) do functions[i] = { type = "function", ["function"] = each } end
  return functions
end

local function wishes_in(tool_calls)
  local calls = {}
  for i, call in ipairs(tool_calls) do
    calls[i] = { id = call.id, type = "function", ["function"] = { name = call.name, arguments = call.arguments or "" } }
  end
  return calls
end

-- The messages of a request: who the assistant is, the turns before, and this one.
local function request_of(system, turns, turn)
  local messages = { system }
  for _, earlier in ipairs(turns) do
    for _, message in ipairs(earlier) do messages[#messages + 1] = message end
  end
  for _, message in ipairs(turn) do messages[#messages + 1] = message end
  return messages
end

-- Runs the tools of an answer and adds it to the turn. Gives how the conversation is to end, where a tool says so.
local function run_tools(tools, answer, turn)
  turn[#turn + 1] = { role = "assistant", content = answer.content, tool_calls = wishes_in(answer.tool_calls) }
  local ended
  for _, call in ipairs(answer.tool_calls) do
    local output, finish = engine.part("agent_tools")(tools, { call_id = call.id, name = call.name, arguments = call.arguments })
    turn[#turn + 1] = { role = "tool", tool_call_id = call.id, content = output }
    ended = finish and (finish.options.reason or "finished") or ended
  end
  return ended
end

return function(message, given_agent, overrides)
  if sms.opted_out(message) then return nil, "opted_out" end
  local settings, tools, told = engine.part("agent_settings").for_conversation(given_agent, overrides, message, false)
  local key = "conversation/" .. message.from
  local kept = kv.get(key)
  local system, turn = system_message(settings, message), { { role = "user", content = message.body } }
  local ended
  for round = 1, MOST_ROUNDS do
    local options = copy(settings.text)
    options.instructions = nil
    options.messages, options.tools = request_of(system, kept or {}, turn), functions_of(told)
    if options.tools and round == MOST_ROUNDS then options.tool_choice = "none" end
    local answer, reason = ask("chat", options)
    if not answer then return nil, reason end
    if not answer.tool_calls or #answer.tool_calls == 0 then
      local reply = fitted(answer.content or "")
      if not reply:find("%S") then return nil, "failed" end
      turn[#turn + 1] = { role = "assistant", content = reply }
      remember(key, kept, turn, settings.history_hours or 24)
      return reply, ended
    end
    ended = run_tools(tools, answer, turn) or ended
    if ended == "failed" then return nil, "failed" end
  end
  return nil, "failed"
end
