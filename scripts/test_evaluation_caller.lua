-- The person in an evaluation: a model that plays them, and acts by tools. What it hears after each act is that tool's
-- result.
local parts = ...
local telling, models, callers = parts.test_telling, parts.test_evaluation_models, parts.test_caller
local show = parts.test_world.show

local MOST_MISTAKES = 2 -- in a row, of the model's answers
local LONGEST_ACT = 400 -- tokens
local PATIENCE = 15 -- seconds for which somebody is silent where nothing ends it

local RULES = [[
You play a person, in a test of a business's phone system. Stay in your role: never say that you are a model or that this
is a test, and never do the other side's part.

Who you are: %s

What you want: %s
%s
Know only what your role tells you. Where you are asked for something that it does not say, as a name, make up something
plausible and keep to it. You hear what the other side says; answer it in one or two short sentences, without lists or
stage directions. Once you have what you want, or it is clear that you cannot have it, say goodbye and end it.
%s]]

local BY_VOICE = [[
You are on the phone with the business. Each time do one thing, with one of your tools: `say` something, `press` keys where
you are told to, `stay_silent`, or `hang_up`. What comes back is what you hear next.]]
local BY_TEXT = [[
You text with the business. Each time do one thing, with one of your tools: `send` a text, or `stop`. What comes back is
what you are sent next.]]

local words = { type = "string", description = "word for word" }
local tools_by_voice = {
  models.tool("say", "Says something.", { words = words }, { "words" }),
  models.tool("press", "Presses keys of the phone.", { keys = { type = "string", description = "0 to 9, * and #" } },
    { "keys" }),
  models.tool("stay_silent", "Says and presses nothing for a while.", {}),
  models.tool("hang_up", "Ends the call.", { words = { type = "string", description = "your last words, if any" } }),
}
local tools_by_text = {
  models.tool("send", "Sends a text.", { words = words }, { "words" }),
  models.tool("stop", "Sends nothing more.", {}),
}

local caller = {}

-- ── What the model says ──────────────────────────────────────────────────────────────────────────────────────────

-- By tool, the argument that it needs.
local needed = { say = "words", send = "words", press = "keys" }
local known = { say = true, press = true, stay_silent = true, hang_up = true, send = true, stop = true }

local function plain_keys(keys)
  keys = keys:gsub("[%s,.-]", "")
  return keys:find("^[%d*#]+$") and keys
end

local function act_of(wish)
  if not known[wish.name] then
    return nil, ("there is no tool %s"):format(show(tostring(wish.name)))
  end
  local text = wish.arguments or ""
  local good, arguments = pcall(json.decode, text:find("%S") and text or "{}")
  if not good or type(arguments) ~= "table" then
    return nil, "the arguments are no JSON object"
  end
  local act = { verb = wish.name, id = wish.id, words = arguments.words, keys = arguments.keys }
  local name = needed[act.verb]
  if act.words ~= nil and type(act.words) ~= "string" then
    return nil, "`words` is not a text"
  elseif name and not (type(act[name]) == "string" and act[name]:find("%S")) then
    return nil, ("%s wants `%s`, a text"):format(act.verb, name)
  elseif act.verb == "press" then
    act.keys = plain_keys(act.keys)
    if not act.keys then
      return nil, "a phone has the keys 0 to 9, * and #"
    end
  end
  return act
end

--- Reads an answer: what the person does, or nil and what is wrong with it. A model that writes instead of using a tool
--- says what it writes; of several tools the first counts, unless a later one ends it all: that comes next.
---@param reply table As the ask `chat` gives it.
---@param by_text? boolean
---@return { verb: string, words: string?, keys: string?, id: string?, leaves: boolean? }?
---@return string? problem
function caller.read(reply, by_text)
  local calls = reply.tool_calls or {}
  if #calls == 0 then
    if not (reply.content or ""):find("%S") then
      return nil, "use one of your tools"
    end
    return { verb = by_text and "send" or "say", words = reply.content }
  end
  local act, problem = act_of(calls[1])
  if not act then
    return nil, problem
  end
  if (act.verb == "send" or act.verb == "stop") ~= (by_text or false) then
    return nil, ("there is no tool %s"):format(show(act.verb))
  end
  for i = 2, #calls do
    act.leaves = act.leaves or calls[i].name == "hang_up" or calls[i].name == "stop"
  end
  return act
end

-- ── The conversation with the model ──────────────────────────────────────────────────────────────────────────────

-- "Wednesday, 2026-03-04, 18:00", where the evaluation says so; else in UTC.
local function moment(run)
  local options = run.options
  local year, month, day, hour, minute = (options.at or ""):match("^(%d+)-(%d+)-(%d+) (%d+):(%d+)")
  if not year then
    return os.date("!%A, %Y-%m-%d, %H:%M", math.floor(run.world.now / 1000)) .. " UTC"
  end
  local noon = os.time { year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = 12 }
  return ("%s, %s-%s-%s, %s:%s"):format(os.date("!%A", noon), year, month, day, hour, minute)
end

local function begin(run)
  local case = run.case
  local now = ("\nIt is %s. Your number is %s."):format(moment(run), run.options.from or telling.default_caller)
  local rules = RULES:format(case.persona, case.goal, now, case.by_text and BY_TEXT or BY_VOICE)
  run.played = { messages = { { role = "system", content = rules } } }
  return run.played
end

-- What the model is told next: the result of its latest tool, or where it used none, a message.
local function tell(played, text)
  local messages = played.messages
  local last = messages[#messages]
  for i, call in ipairs(last.tool_calls or {}) do
    local result = i == 1 and text or "Only the first of your tools was used."
    messages[#messages + 1] = { role = "tool", tool_call_id = call.id, content = result }
  end
  if not last.tool_calls then
    messages[#messages + 1] = { role = "user", content = text }
  end
end

local function keep(played, reply)
  local calls, said = reply.tool_calls or {}, (reply.content or ""):find("%S") and reply.content
  local message = { role = "assistant", content = said or #calls == 0 and "(nothing)" or nil }
  for i, call in ipairs(calls) do
    local called = { name = call.name, arguments = call.arguments or "" }
    message.tool_calls = message.tool_calls or {}
    message.tool_calls[i] = { id = call.id, type = "function", ["function"] = called }
  end
  played.messages[#played.messages + 1] = message
end

-- Has the model act, once it is told this. What nobody can do it is told, and asked again.
local function next_act(heard)
  local run = telling.current
  local played = run.played or begin(run)
  if played.leaves then
    return { verb = run.case.by_text and "stop" or "hang_up" }
  end
  tell(played, heard)
  local problem
  for _ = 1, MOST_MISTAKES do
    local reply = models.ask("caller", {
      messages = played.messages,
      tools = run.case.by_text and tools_by_text or tools_by_voice,
      tool_choice = "required",
      max_tokens = LONGEST_ACT,
    })
    local act
    act, problem = caller.read(reply, run.case.by_text)
    keep(played, reply)
    if act then
      played.leaves = act.leaves
      return act
    end
    tell(played, "That cannot be done: " .. problem .. ".")
  end
  models.give_up("the model that plays the caller does what nobody can do: " .. problem)
end

-- ── By voice ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- What was heard since the last act, with what else the caller noticed where it happened.
local function heard_since(run, call)
  local texts, events, before = {}, run.events or {}, run.known or 0
  for i = before, #call.told do
    if i > before then
      texts[#texts + 1] = call.told[i].text
    end
    while events[1] and events[1].after <= i do
      texts[#texts + 1] = "[" .. table.remove(events, 1).text .. "]"
    end
  end
  run.known = #call.told
  return texts
end

-- Hears what is said, which takes its time; gives it as the model is told it.
local function listen(run, call)
  local new, texts = {}, heard_since(run, call)
  for i = (run.counted or 0) + 1, #call.told do
    new[#new + 1] = call.told[i].text
  end
  run.counted = #call.told
  if call.waits.kind ~= "converse" then
    run.world:advance(models.seconds_of(table.concat(new, " ")))
  end
  if call.waits.kind == "record" then
    texts[#texts + 1] = "[you are recorded now]"
  end
  return #texts > 0 and "You hear: " .. table.concat(texts, "\n") or "You hear nothing."
end

local function says_nothing(call)
  local conversation = call.waits.kind == "converse" and call.conversation
  if conversation and conversation.settings.silence == false then
    telling.current.world:note("the caller says nothing")
    return models.take_time(conversation, PATIENCE)
  end
  callers.caller:says_nothing()
end

-- The caller does something that the line does not take.
local function in_vain(call, doing, listens)
  telling.current.world:note(("%s, but the line listens for %s only"):format(doing, listens))
  says_nothing(call)
end

local acts = {}

function acts.say(call, act)
  local waits, seconds = call.waits, models.seconds_of(act.words)
  if waits.kind == "converse" then
    callers.caller:says(act.words)
    return models.take_time(call.conversation, seconds)
  end
  telling.current.world:advance(seconds)
  local doing = "the caller says " .. show(act.words)
  if waits.kind == "record" then
    telling.current.world:note(doing)
    return callers.caller:leaves_a_recording({ seconds = math.max(1, math.floor(seconds)) })
  elseif waits.kind == "collect_digits" or not waits.options.speech then
    return in_vain(call, doing, "keys")
  end
  callers.caller:says(act.words)
end

function acts.press(call, act)
  local waits, keys = call.waits, act.keys
  if waits.kind == "record" then
    telling.current.world:note("the caller presses " .. keys)
    return callers.caller:leaves_a_recording({ seconds = 1, digits = keys:sub(1, 1) })
  elseif waits.kind == "gather" and waits.options.dtmf == false then
    return in_vain(call, "the caller presses " .. keys, "speech")
  elseif waits.kind ~= "converse" then
    local _, left = callers.take_keys(keys, waits.options)
    if left ~= "" then
      telling.current.world:note(("the caller presses %s, of which the line takes no more than it wants"):format(keys))
      keys = keys:sub(1, #keys - #left)
    end
  end
  callers.caller:presses(keys)
end

function acts.stay_silent(call)
  says_nothing(call)
end

function acts.hang_up(call, act)
  if act.words and act.words:find("%S") then
    if call.waits.kind == "converse" then
      callers.caller:says(act.words)
    else
      telling.current.world:note("the caller says " .. show(act.words))
    end
  end
  callers.caller:hangs_up()
end

-- Has the caller act, where the line waits for them.
function caller.goes_on(call)
  local act = next_act(listen(telling.current, call))
  if call.conversation then
    call.conversation.speechless = nil
  end
  acts[act.verb](call, act)
end

-- ── By text ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- What the person texts next; nil where they have done. `received`: the replies to the text before, nil at first.
function caller.writes(received)
  local heard = "You begin."
  if received then
    heard = #received > 0 and "You are sent: " .. table.concat(received, "\n") or "You are sent nothing."
  end
  local act = next_act(heard)
  return act.verb == "send" and act.words or nil
end

return caller
