-- What the words of a flow test have in common: the test that runs, what is wrong with a word, and what is heard.
local parts = ...
local host, World, Call = parts.host, parts.test_world, parts.test_call

local show = World.show

-- `current` is the test that runs: { world =, flow =, options =, call =, text = }; nil outside of a test.
local telling = {}

-- ── Wrong words ──────────────────────────────────────────────────────────────────────────────────────────────────

-- Raises at the author's line. What is wrong in the test itself fails it like any other failure.
local function refuse(message)
  if telling.current then
    telling.current.world:fail(message)
  end
  error((host.where() or "?") .. ": " .. message, 0)
end

-- What to write instead of a word that is not known.
local function instead(word, known)
  local names = {}
  for name in pairs(known) do
    names[#names + 1] = name
  end
  table.sort(names)
  return host.did_you_mean(tostring(word), names)
end

-- What the test speaks of: its verbs refuse to be called with a dot or outside of a test, and to be misspelt.
local function subject(name, verbs)
  local guarded = {}
  local self = {}
  for verb, perform in pairs(verbs) do
    guarded[verb] = function(first, ...)
      if type(first) ~= "table" then
        refuse(("write %s:%s(…), with a colon"):format(name, verb))
      end
      if not telling.current then
        refuse(("%s:%s(…) belongs inside of a test: it(\"…\", function(caller) … end)"):format(name, verb))
      end
      return perform(first, ...)
    end
  end
  return setmetatable(self, {
    __index = function(_, verb)
      if type(verb) ~= "string" then
        return nil
      end
      return guarded[verb] or refuse(("%s:%s is not known: %s"):format(name, verb, instead(verb, verbs)))
    end,
    __newindex = function()
      refuse(name .. " cannot be changed: keep what you need in a local")
    end,
    __metatable = false,
  })
end

local function want(value, kind, example)
  if type(value) ~= kind then
    local plain = { string = show, number = show, boolean = show }
    local given = plain[type(value)] and show(value) or value == nil and "nothing" or "a " .. type(value)
    refuse(("wants a %s, as in %s, but was given %s"):format(kind, example, given))
  end
  return value
end

local function want_options(options, known, example)
  if options == nil then
    return {}
  end
  for key in pairs(want(options, "table", example)) do
    if not known[key] then
      refuse(("option %s is not known: %s"):format(tostring(key), instead(key, known)))
    end
  end
  for key, kind in pairs(known) do
    if options[key] ~= nil and kind ~= true then
      want(options[key], kind, example)
    end
  end
  return options
end

-- Options with others laid over them; so are their settings, one by one.
local function laid_over(below, above)
  local merged = {}
  for _, options in ipairs({ below, above }) do
    for key, value in pairs(options) do
      merged[key] = value
    end
  end
  if below.settings and above.settings then
    merged.settings = laid_over(below.settings, above.settings)
  end
  return merged
end

-- ── The call that the test tells ─────────────────────────────────────────────────────────────────────────────────

local CALLER, BUSINESS = "+12025550142", "+12025550199"

local function new_info(prefix)
  local options = telling.current.options
  return {
    id = telling.current.world:new_id(prefix),
    from = options.from or CALLER,
    to = options.to or BUSINESS,
    settings = options.settings or {},
    caller = options.caller or {},
  }
end

local function begin()
  if not telling.current.call then
    telling.current.call = Call.new(telling.current.world, telling.current.flow, "on_call", new_info("CA"))
    telling.current.world:note(telling.current.call.info.from .. " calls " .. telling.current.call.info.to)
    telling.current.call:start()
  end
  telling.current.call:expect_no_problem()
  return telling.current.call
end

local CONVERSATION = 60 -- seconds, unless a test says otherwise

-- Lets whoever answered hang up, where the test saw the two connected and said no more of it.
local function settle(call)
  if call.expected and call.waits then
    local kind = call.waits.kind
    if kind == "dial" then
      telling.current.world:note("they talk for " .. CONVERSATION .. " s")
      local sid = telling.current.world:new_id("CA")
      call:answer({ status = "completed", seconds = CONVERSATION, sid = sid }, nil, CONVERSATION)
    elseif kind == "enqueue" then
      telling.current.world:note("somebody takes the call from the queue")
      local sid = telling.current.world:new_id("QU")
      call:answer({ result = "bridged", seconds = CONVERSATION, sid = sid }, nil, CONVERSATION)
    elseif kind == "refer" then
      call:answer({ status = "completed" })
    end
  end
  return call
end

local function going()
  return settle(begin())
end

-- The call, waiting at one of these kinds; otherwise the test fails.
local function waiting(kinds, doing)
  local call = going()
  if not (call.waits and kinds[call.waits.kind]) then
    telling.current.world:fail(("%s, but %s"):format(doing, call:state()))
  end
  return call
end

-- ── What is heard and read ───────────────────────────────────────────────────────────────────────────────────────

local function flat(text)
  return (text:gsub("%s+", " "):lower())
end

local function all_of(heard)
  return table.concat(heard, " ")
end

local function says_what(heard, verb, otherwise)
  if #heard == 0 then
    return "but " .. verb .. " nothing" .. (otherwise and ": " .. otherwise or "")
  end
  return "but " .. verb .. ": " .. show(all_of(heard))
end

local function mark(heard)
  for _, line in ipairs(telling.current.world.lines) do
    line.marked = line.heard == heard
  end
end

local function expect_heard(passes, heard, expectation, verb, otherwise)
  if not passes then
    mark(heard)
    telling.current.world:fail("expected " .. expectation .. ", " .. says_what(heard, verb, otherwise))
  end
end

local function contains(heard, text)
  return flat(all_of(heard)):find(flat(text), 1, true) ~= nil
end

-- Marks the lines of the transcript that a failure is about: of what was heard, sent or asked for, if `concerned` says so.
local function mark_lines(events, concerned)
  for _, event in ipairs(events) do
    if not concerned or concerned(event) then
      event.line.marked = true
    end
  end
end

local function is_exactly(heard, text)
  for _, part in ipairs(heard) do
    if part == text then
      return true
    end
  end
  return all_of(heard) == text
end

telling.mark_lines = mark_lines
telling.flat = flat
telling.refuse = refuse
telling.instead = instead
telling.subject = subject
telling.want = want
telling.want_options = want_options
telling.laid_over = laid_over
telling.new_info = new_info
telling.begin = begin
telling.settle = settle
telling.going = going
telling.waiting = waiting
telling.all_of = all_of
telling.expect_heard = expect_heard
telling.contains = contains
telling.is_exactly = is_exactly
telling.conversation_seconds = CONVERSATION
telling.default_caller = CALLER

return telling
