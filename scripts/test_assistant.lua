---@meta _
--- The test also speaks for the `assistant`, the second thing that a test gets: what it says, which tools it uses. The
--- tools are the flow's own and really run; no model takes part.
---
--- ```lua
--- it("books a visit", function(caller, assistant)
---   caller:hears("How can I help you?")
---   caller:says("A cleaning on Tuesday, please")
---   assistant:uses("create_appointment", { date = "2026-03-03", time = "10:00" })
---   assistant:is_told({ booked = true })
---   assistant:says("You are booked for ten o'clock.")
---   caller:hears("ten o'clock")
---   assistant:finishes()
---   caller:is_hung_up()
--- end)
---
--- it("answers by text", function(_, assistant)
---   texter:sends("Do you have time on Tuesday?")
---   assistant:uses("get_available_slots", { date = "2026-03-03" })
---   assistant:says("At ten o'clock.")
---   texter:receives("ten")
--- end)
--- ```
local parts = ...
local World, telling = parts.test_world, parts.test_telling
local show = World.show
local refuse, instead, subject, want = telling.refuse, telling.instead, telling.subject, telling.want
local want_options, contains = telling.want_options, telling.contains

-- What the assistant takes part in: what it writes to the latest texter, or the conversation of the call.
local function talk_of(doing)
  local text, call = telling.current.text, telling.current.call
  if call and call.waits and call.waits.kind == "chat" then
    return call.chat
  end
  if text and (text.waits or not call) then
    if text.waits then
      return text.chat
    end
    telling.current.world:fail(doing .. ", but the flow does not wait for what it writes: " .. text:state())
  end
  return telling.waiting({ converse = true }, doing).conversation
end

-- The same, where it may be over already.
local function latest_talk(doing)
  local text, call = telling.current.text, telling.current.call
  if text and text.chat and (text.waits or not call) then
    return text.chat
  end
  if call and call.conversation then
    return call.conversation
  end
  return talk_of(doing)
end

--- The assistant that the flow has the caller talk with, or that writes its replies to texts.
---@class TestAssistant
local assistant = {}

--- Says something to the caller, or writes it as the reply to a text.
---@param text string
---@param usage? { input: integer, output: integer } Tokens that it took, which the flow is told and `cost` counts.
function assistant:says(text, usage)
  local example = 'assistant:says("At ten o\'clock.", { input = 900, output = 40 })'
  want(text, "string", example)
  if usage ~= nil then
    usage = want_options(usage, { input = "number", output = "number" }, example)
  end
  talk_of("the assistant says " .. show(text)):says(text, usage)
end

--- Was last told this by the caller: part of it, in any case.
---@param text string
function assistant:hears(text)
  want(text, "string", 'assistant:hears("a cleaning")')
  local heard = latest_talk("the assistant hears"):heard_last()
  if not (heard and contains({ heard }, text)) then
    telling.current.world:fail(("expected the assistant to hear %s, but it heard %s"):format(
      show(text), heard and show(heard) or "nothing"))
  end
end

--- Uses a tool. The flow's own function runs, if the arguments fit; a tool that breaks, or is called with what does not
--- fit, fails the test unless the next line is `is_told`.
---@param tool string
---@param arguments? table|string A text is sent as it is, as by a model that writes broken JSON.
function assistant:uses(tool, arguments)
  local example = 'assistant:uses("create_appointment", { date = "2026-03-03" })'
  want(tool, "string", example)
  if type(arguments) ~= "string" then
    want(arguments or {}, "table", example)
  end
  local talk = talk_of("the assistant uses " .. tool)
  local given, names = talk:tool(tool)
  if not given then
    local known = {}
    for _, name in ipairs(names) do
      known[name] = true
    end
    telling.current.world:fail(("the assistant uses %s, which it is not given: %s"):format(
      tool, #names > 0 and instead(tool, known) or "the agent has no tools"))
  end
  talk:uses(tool, arguments or {})
end

--- Wishes for a tool that it is not given, as models do now and then. What it is told then is checked with `is_told`.
---
--- ```lua
--- assistant:invents("cancel_everything", { sure = true })
--- assistant:is_told("there is no tool")
--- ```
---@param tool string
---@param arguments? table
function assistant:invents(tool, arguments)
  local example = 'assistant:invents("cancel_everything", { sure = true })'
  want(tool, "string", example)
  want(arguments or {}, "table", example)
  local talk = talk_of("the assistant invents " .. tool)
  if talk:tool(tool) then
    refuse(("the assistant is given %s: write assistant:uses(%s, …)"):format(tool, show(tool)))
  end
  talk:uses(tool, arguments or {})
end

--- Was told this by its latest tool: part of a text in any case, or what is in a table of results.
---@param result string|table
function assistant:is_told(result)
  if type(result) ~= "string" then
    want(result, "table", 'assistant:is_told({ booked = true })')
  end
  local talk = latest_talk("the assistant is told something")
  local fits
  if type(result) == "string" then
    fits = talk.told and contains({ talk.told_text }, result)
  else
    fits = World.includes(talk.told_value, result)
  end
  if not fits then
    telling.current.world:fail(("expected the assistant to be told %s, but it was told %s"):format(
      show(result), talk.told or "nothing"))
  end
  talk.problem = nil
end

-- The uses of a tool, at any time in the test, whose arguments have at least these.
local function uses_of(tool, arguments)
  local found = {}
  for _, use in ipairs(telling.current.world.uses) do
    local good, value = pcall(json.decode, use.arguments)
    if use.tool == tool and (arguments == nil or good and World.includes(value, arguments)) then
      found[#found + 1] = use
    end
  end
  return found
end

--- Has used a tool, at any time in the test and with these arguments at least. Said of a call as a whole, as in an
--- evaluation: what `uses` does is done here.
---@param tool string
---@param arguments? table
function assistant:has_used(tool, arguments)
  local example = 'assistant:has_used("book_table", { people = 4 })'
  want(tool, "string", example)
  if arguments ~= nil then
    want(arguments, "table", example)
  end
  if #uses_of(tool, arguments) > 0 then
    return
  end
  telling.mark_lines(uses_of(tool))
  local used = {}
  for i, use in ipairs(telling.current.world.uses) do
    used[i] = use.tool .. " " .. use.arguments
  end
  telling.current.world:fail(("expected the assistant to have used %s%s, but it used %s"):format(
    tool, arguments and " with " .. show(arguments) or "", #used > 0 and table.concat(used, ", ") or "no tool"))
end

--- Has not used a tool, up to here.
---@param tool string
function assistant:has_not_used(tool)
  want(tool, "string", 'assistant:has_not_used("cancel_booking")')
  local uses = uses_of(tool)
  if #uses > 0 then
    telling.mark_lines(uses)
    telling.current.world:fail(("expected the assistant not to have used %s, but it did"):format(tool))
  end
end

--- Ends the conversation, with `agent.hangup` where it has that; or has ended it, where a tool of the flow did.
function assistant:finishes()
  local call = telling.current.call
  if call and call.conversation and call.conversation.over == "finished" then
    return
  end
  local talk = talk_of("the assistant finishes")
  if not talk.finish then
    refuse("the assistant writes texts: assistant:says(…) is its reply, and there is nothing to finish")
  end
  if talk:tool("hangup") then
    talk:uses("hangup", {})
  else
    talk:finish("finished")
  end
end

--- Breaks off: its connection is gone, or by text it cannot be reached.
function assistant:drops()
  talk_of("the assistant drops"):drops()
end

--- Says nothing when it ought to, until the engine gives up on it.
function assistant:stays_silent()
  talk_of("the assistant stays silent"):stays_silent()
end

--- Is instructed so: part of its instructions, in any case.
---@param text string
function assistant:is_asked_to(text)
  want(text, "string", 'assistant:is_asked_to("keep it short")')
  local instructions = latest_talk("the assistant is asked to do something"):instructions()
  if not contains({ instructions }, text) then
    telling.current.world:fail(("expected the assistant to be asked to %s, but its instructions are %s"):format(
      show(text), show(instructions)))
  end
end

--- Is given a tool.
---@param tool string
function assistant:is_given(tool)
  want(tool, "string", 'assistant:is_given("create_appointment")')
  local given, names = latest_talk("the assistant is given a tool"):tool(tool)
  if not given then
    telling.current.world:fail(("expected the assistant to be given %s, but it is given %s"):format(
      tool, #names > 0 and table.concat(names, ", ") or "none"))
  end
end

--- Is not given a tool.
---@param tool string
function assistant:is_not_given(tool)
  want(tool, "string", 'assistant:is_not_given("transfer")')
  if latest_talk("the assistant is not given a tool"):tool(tool) then
    telling.current.world:fail(("expected the assistant not to be given %s, but it is"):format(tool))
  end
end

--- Has these settings, at least: `{ voice = "marin", time_limit = 300 }`.
---@param settings table
function assistant:is_set_to(settings)
  want(settings, "table", 'assistant:is_set_to({ voice = "marin" })')
  local talk = latest_talk("the assistant is set to something")
  local has = talk.settings or talk.options
  for name, value in pairs(settings) do
    if not World.includes(has[name], value) then
      telling.current.world:fail(("expected the assistant's %s to be %s, but it is %s"):format(
        name, show(value), show(has[name])))
    end
  end
end

return subject("assistant", assistant)
