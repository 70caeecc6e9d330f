--- Those who play the simulated model, told in the words that flow tests have for their `assistant`. They are part of a
--- scenario (scripts/scenario.lua), or alone a script for `switchhook sim model`.
---
--- ```lua
--- local model = assistant()
--- local ada = call { from = "+14155550142", to = "+14155550199" }
--- ada:is_answered_by(model)
--- model:says("Good evening. What can I do for you?")
--- ada:says("A table for four")
--- model:hears("a table for four")
--- model:uses("book_table", { people = 4 })
--- model:is_told("booked")
--- model:says("Your table is booked.")
--- ```
---
--- A word that needs the other side waits for it, 10 seconds at most.
local scenario = ...
local refuse, want, want_options, show, flat = scenario.refuse, scenario.want, scenario.want_options, scenario.show,
  scenario.flat
local ScenarioCaller = scenario.Caller

--- Somebody who plays the model in one conversation.
---@class ScenarioAssistant
---@field id integer Its number in the scenario.
---@field call? string the CallSid of the caller that it talks with
local Assistant = {}
Assistant.__index = function(_, verb)
  return Assistant[verb] or refuse(("assistant:%s is not known"):format(tostring(verb)))
end

local function act(self, kind, options)
  options = options or {}
  options.assistant, options.call = self.id, rawget(self, "call")
  return scenario.perform("assistant." .. kind, options)
end

-- Does something that has to happen: otherwise the scenario ends with what was expected.
local function need(self, expectation, kind, options)
  local value, reason = act(self, kind, options)
  if reason then
    refuse(("expected %s, but %s"):format(expectation, reason))
  end
  return value
end

local function note(text)
  scenario.perform("note", { text = "the assistant " .. text })
end

--- Takes the next conversation with the model that begins, or the oldest one that nobody has taken yet. With options,
--- always the next one.
---@param options? { accepts_after: number?, refuses_with: integer?, refusals: integer?, ignores_format: "openly"|"secretly"|nil, speed: number?, burst: number?, lifetime: number? }
--- `accepts_after` lets the connection wait for so many seconds; `refuses_with` is an HTTP status for the first one, or
--- the first `refusals`; `ignores_format` speaks 24 kHz PCM whatever was asked, and says so or not; `speed` is how many
--- seconds of speech are made in one (5; 0 is all at once), `burst` how many come together (0.1); after `lifetime`
--- seconds the session expires.
---@return ScenarioAssistant
function assistant(options)
  local example = "assistant { accepts_after = 0.15 }"
  options = want_options(options, {
    accepts_after = "number", refuses_with = "number", refusals = "number", ignores_format = "string",
    speed = "number", burst = "number", lifetime = "number",
  }, example)
  local ignores = options.ignores_format
  if ignores and ignores ~= "openly" and ignores ~= "secretly" then
    refuse(('ignores_format is "openly" or "secretly", not %s'):format(show(ignores)))
  end
  return setmetatable({ id = scenario.perform("assistant.sit", options).id }, Assistant)
end

-- ── What it does ─────────────────────────────────────────────────────────────────────────────────────────────────

--- Says something, once it is its turn. Returns while it is being said.
---@param text string
function Assistant:says(text)
  want(text, "string", 'assistant:says("For what time?")')
  need(self, "the assistant to have its turn, to say " .. show(text), "say", { text = text })
  note("says " .. show(text))
end

--- Says something and uses a tool in one turn, as when it says goodbye and hangs up.
---@param text string
---@param tool string
---@param arguments? table|string
function Assistant:says_and_uses(text, tool, arguments)
  want(text, "string", 'assistant:says_and_uses("Goodbye!", "hangup")')
  want(tool, "string", 'assistant:says_and_uses("Goodbye!", "hangup")')
  local uses = { { tool = tool, arguments = arguments or {} } }
  need(self, "the assistant to have its turn, to say " .. show(text), "say", { text = text, uses = uses })
  note("says " .. show(text) .. " and uses " .. tool)
end

--- Uses a tool, once it is its turn. Its arguments may be a text: JSON as a model writes it, perhaps wrong.
---@param tool string
---@param arguments? table|string
function Assistant:uses(tool, arguments)
  want(tool, "string", 'assistant:uses("book_table", { people = 4 })')
  self:uses_together { { tool, arguments } }
end

--- Uses several tools in one turn.
---@param uses { [1]: string, [2]: table|string|nil }[]
function Assistant:uses_together(uses)
  want(uses, "table", 'assistant:uses_together { { "find_table" }, { "find_guest", { name = "Ada" } } }')
  local list, names = {}, {}
  for i, use in ipairs(uses) do
    list[i] = { tool = use[1], arguments = use[2] or {} }
    names[i] = use[1]
  end
  local all = table.concat(names, " and ")
  need(self, "the assistant to have its turn, to use " .. all, "use", { uses = list })
  note("uses " .. all)
end

--- Ends the conversation with its tool `hangup`.
function Assistant:finishes()
  self:uses("hangup")
end

--- Says nothing where it is its turn.
function Assistant:stays_silent()
  need(self, "the assistant to have its turn, to stay silent", "say")
  note("stays silent")
end

--- Fails where it is its turn.
---@param code? string OpenAI's; `rate_limit_exceeded` if not given.
function Assistant:fails(code)
  code = code or "rate_limit_exceeded"
  need(self, "the assistant to have its turn, to fail", "say", { fails = want(code, "string", 'assistant:fails("x")') })
  note("fails: " .. code)
end

--- Sends nothing for so long; then all that has come up at once.
---@param seconds number
function Assistant:stalls(seconds)
  want(seconds, "number", "assistant:stalls(1.5)")
  need(self, "the assistant to talk", "stall", { seconds = seconds })
  note(("stalls for %g s"):format(seconds))
end

--- Breaks off.
---@param status? integer Of the WebSocket; without one, the connection is just gone.
function Assistant:drops(status)
  need(self, "the assistant to talk", "drop", { status = want(status or 1006, "number", "assistant:drops(1011)") })
  note("drops the connection")
end

--- Sends an error that answers nothing.
---@param code string
function Assistant:sends_error(code)
  want(code, "string", 'assistant:sends_error("server_error")')
  need(self, "the assistant to talk", "send_error", { code = code })
  note("sends the error " .. code)
end

-- ── What it notices ──────────────────────────────────────────────────────────────────────────────────────────────

--- Hears the caller's next turn, spoken, typed or pressed, and gives it.
---@param text? string Part of it, in any case. Without it, the end of the conversation gives nil.
---@return string?
function Assistant:hears(text)
  if text == nil then
    local turn = act(self, "hear")
    return turn and turn.text
  end
  want(text, "string", 'assistant:hears("a table for four")')
  local heard = need(self, "the assistant to hear " .. show(text), "hear").text
  if not flat(heard):find(flat(text), 1, true) then
    refuse(("expected the assistant to hear %s, but it heard: %s"):format(show(text), show(heard)))
  end
  return heard
end

local function includes(whole, part)
  if type(part) ~= "table" then
    return whole == part
  end
  if type(whole) ~= "table" then
    return false
  end
  for key, value in pairs(part) do
    if not includes(whole[key], value) then
      return false
    end
  end
  return true
end

--- Is told this by its latest tool: part of a text in any case, or what is in a table of results. Gives the text.
---@param result? string|table
---@return string
function Assistant:is_told(result)
  local told = need(self, "the assistant to be told " .. (type(result) == "string" and show(result) or "a result"), "learn")
  local fits = result == nil
    or type(result) == "string" and flat(told.output):find(flat(result), 1, true) ~= nil
    or type(result) == "table" and includes(told.value, result)
  if not fits then
    refuse(("expected the assistant to be told %s, but it was told %s"):format(
      type(result) == "string" and show(result) or "other values", told.output))
  end
  note("is told " .. told.output)
  return told.output
end

--- Is instructed so, for the whole conversation or for what it is to say now: part of the text, in any case.
---@param text string
function Assistant:is_asked_to(text)
  want(text, "string", 'assistant:is_asked_to("keep it short")')
  need(self, "the assistant to be asked to " .. show(text), "expect", { what = "instructions", text = text })
end

--- Is asked to take its turn, and gives what was written for this turn alone: "" where nothing was.
---@return string
function Assistant:has_its_turn()
  return need(self, "the assistant to have its turn", "say", { only_listens = true }).order
end

--- Is given a tool.
---@param tool string
function Assistant:is_given(tool)
  want(tool, "string", 'assistant:is_given("book_table")')
  need(self, "the assistant to talk", "expect", { what = "connected" })
  local tools = need(self, "the assistant to talk", "tools")
  for _, name in ipairs(tools) do
    if name == tool then
      return
    end
  end
  refuse(("expected the assistant to be given the tool %s, but it has: %s"):format(tool, table.concat(tools, ", ")))
end

--- Is interrupted, and learns how much of its words was heard. Gives the seconds.
---@param options? { after: number, within: number? } Seconds of its words, and how many that may be off (0.25).
---@return number
function Assistant:is_interrupted(options)
  local example = "assistant:is_interrupted { after = 1.5, within = 0.1 }"
  options = want_options(options, { after = "number", within = "number" }, example)
  local cut = need(self, "the assistant to be interrupted", "notice_interruption")
  if options.after and math.abs(cut.heard - options.after) > (options.within or 0.25) then
    refuse(("expected the assistant to be interrupted after %g s, but it was after %g of %g s"):format(
      options.after, cut.heard, cut.made))
  end
  note(("is interrupted after %.2f s"):format(cut.heard))
  return cut.heard
end

--- Knows what was said, also before its connection was made anew: part of a text, in any case.
---@param text string
function Assistant:remembers(text)
  want(text, "string", 'assistant:remembers("a table for four")')
  need(self, "the assistant to remember " .. show(text), "expect", { what = "history", text = text })
end

--- Is connected with again after it has dropped.
function Assistant:is_reached_again()
  need(self, "the assistant to be reached again", "expect", { what = "connected" })
  note("is reached again")
end

--- Is left: its conversation is over.
function Assistant:is_left()
  need(self, "the assistant to be left", "expect", { what = "over" })
end

--- Has refused something that it was sent, which is otherwise the end of the scenario. Gives what it said of it.
---@param code string OpenAI's: `unknown_parameter`.
---@return string
function Assistant:refuses(code)
  want(code, "string", 'assistant:refuses("unknown_parameter")')
  return need(self, "the assistant to refuse something with " .. code, "refuse", { code = code }).message
end

-- ── Together with a call ─────────────────────────────────────────────────────────────────────────────────────────

--- Is connected with an assistant: from here on each of the two understands what the other says.
---@param by ScenarioAssistant
function ScenarioCaller:is_answered_by(by)
  if getmetatable(by) ~= Assistant then
    refuse("caller:is_answered_by wants an assistant, as in caller:is_answered_by(assistant())")
  end
  need(by, "the assistant to be reached", "expect", { what = "connected" })
  rawset(self, "assistant", by)
  by.call = self.id
end

-- Nothing here understands speech: the words go beside the sound.
for _, verb in ipairs { "says", "interrupts" } do
  local speak = rawget(ScenarioCaller, verb)
  if speak then
    ScenarioCaller[verb] = function(self, text, ...)
      local by = rawget(self, "assistant")
      if by and type(text) == "string" then
        local waits = scenario.perform("look", { call = self.id }).waits
        if waits and waits.kind == "stream" then
          act(by, "understand", { text = text })
        end
      end
      return speak(self, text, ...)
    end
  end
end
