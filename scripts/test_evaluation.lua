---@meta _
--- **Evaluations** are calls that nobody has written down: a model plays the caller, who is somebody and wants something,
--- and the flow's assistant is a model, too. They stand in `flow_eval.lua` beside `flow_test.lua`, and only
--- `switchhook eval` runs them, for they take a key, some time and a little money; `switchhook check` and
--- `switchhook test` see that they load.
---
--- ```lua
--- -- flows/lexi/flow_eval.lua
--- local eval = evaluation.flow("lexi")
---
--- eval "books a cleaning" {
---   persona = "You are Ada Byrne, a patient in a hurry. You answer what you are asked and no more.",
---   goal = "Have an appointment for a cleaning on Tuesday morning.",
---   expect = function(caller, assistant)
---     assistant:has_used("create_appointment", { date = "2026-03-03" })
---     call:lasts_at_most(240)
---   end,
---   judge = { "The assistant says the day and the time of the appointment before it says goodbye." },
---   at_least = 0.8,
--- }
--- ```
---
--- All but the two models is as in a test: the clock, the network, texts, what is kept, who is rung, the limits of flows.
--- The assistant of `call:converse` is asked in text, with its own instructions and tools, and the tools run; it does not
--- hear a voice, and cannot be interrupted. When the call is over, `expect` looks at what has become of it, in the words
--- of tests; then the judge, a model, looks at the transcript. A run passes if both find nothing.
local parts = ...
local host, World, telling = parts.host, parts.test_world, parts.test_telling
local refuse, instead, want, want_options = telling.refuse, telling.instead, telling.want, telling.want_options
local callers, surroundings = parts.test_caller, parts.test_surroundings
local tested_assistant, whole = parts.test_assistant, parts.test_whole
local person, model_assistant, judge =
  parts.test_evaluation_caller, parts.test_evaluation_assistant, parts.test_evaluation_judge

local evaluations = {} -- what `eval` was given, in order
local begun -- { name =, where = } of one that has no table yet

--- What an evaluation is.
---@class EvaluationOptions : TestOptions
---@field persona string Who the caller is, for the model that plays them: "You are Ada, a patient in a hurry."
---@field goal string What they want. The judge is told, too.
---@field prepare? fun() What a flow finds out there, run before the call: `network:replies`, `store:set`, `never:says`.
---@field expect? fun(caller: TestCaller, assistant: TestAssistant) Looks at what has become of it, as the last lines of a test do: `sms:was_sent`, `store:has`, `assistant:has_used`, `call:has_rung`, `call:was_ended_by`.
---@field judge? string|string[] What has to hold, one sentence each: the judge says of each whether it does.
---@field on_transfer? fun(to: string) What those do who are rung: `dial:is_busy()`, `queue:is_full()`, `refer:fails()`. [default they answer and talk for a minute]
---@field by_text? boolean The person texts, and `on_message` answers. [default false]
---@field at_least? number Share of the runs that has to pass. [0 to 1, default 1]
---@field turns? integer What the caller and the assistant may do in one run, together. [1 to 1000, default 60]
---@field tokens? integer What all models may use in one run, in and out. [1 to 10000000, default 100000]
---@field seconds? number How long one run may take. [1 to 3600, default 300]

local option_types = {
  persona = "string", goal = "string", prepare = "function", expect = "function", judge = true, on_transfer = "function",
  by_text = "boolean", at_least = "number", turns = "number", tokens = "number", seconds = "number",
  from = "string", to = "string", settings = "table", caller = "table", at = "string", zone = "string",
}
local EXAMPLE = 'eval "books a table" { persona = "You are Ada.", goal = "Book a table.", judge = "A table is booked." }'
local ranges = { at_least = { 0, 1 }, turns = { 1, 1000 }, tokens = { 1, 10000000 }, seconds = { 1, 3600 } }
local LIMITS = { turns = 60, tokens = 100000, seconds = 300 }

--- Begins the evaluations of a flow.
---@class TestEvaluation
local evaluation = {}

local function criteria_of(options)
  local given = options.judge
  return type(given) == "table" and given or { given }
end

local function check_criteria(options)
  for key, criterion in pairs(criteria_of(options)) do
    if type(key) ~= "number" or not want(criterion, "string", EXAMPLE):find("%S") then
      refuse("`judge` is a sentence, or a list of sentences: judge = { \"It is friendly.\", \"It is brief.\" }")
    end
  end
end

local function check(options)
  for name, range in pairs(ranges) do
    local value = options[name]
    if value and not (value >= range[1] and value <= range[2]) then
      refuse(("`%s` is from %g to %g, not %g"):format(name, range[1], range[2], value))
    end
  end
  for _, name in ipairs({ "persona", "goal" }) do
    if not (options[name] or ""):find("%S") then
      refuse(("an evaluation needs a `%s`: %s"):format(name, EXAMPLE))
    end
  end
  check_criteria(options)
  if not options.expect and #criteria_of(options) == 0 then
    refuse("nothing says when a run passes: give it `expect`, `judge` or both")
  end
end

local function expect_table()
  if begun then
    error(("%s: the evaluation %q has no table behind its name: %s"):format(begun.where, begun.name, EXAMPLE), 0)
  end
end

local eval -- a word of its own: what describes it stands over a function by that name
local beginning -- { flow =, name =, defaults = } of the `evaluation.flow` whose `eval` is at work

local function add(of, title, where, options)
  options = telling.laid_over(of.defaults, want_options(want(options, "table", EXAMPLE), option_types, EXAMPLE))
  check(options)
  local handler = options.by_text and "on_message" or "on_call"
  if not of.flow[handler] then
    refuse(("the flow %q has no %s, and cannot be evaluated so"):format(of.name, handler))
  end
  evaluations[#evaluations + 1] = {
    name = title, where = where, flow = of.name, options = options, at_least = options.at_least or 1,
  }
end

--- Adds an evaluation. What it is may stand behind the name without brackets: `eval "books a table" { … }`.
---@param name string
---@param options? EvaluationOptions
function eval(name, options)
  want(name, "string", EXAMPLE)
  expect_table()
  local of, where = beginning, host.where()
  if options ~= nil then
    return add(of, name, where, options)
  end
  begun = { name = name, where = where }
  return function(given)
    begun = nil
    add(of, name, where, given)
  end
end

--- Begins the evaluations of a flow: gives the function `eval` that takes each of them.
---
--- ```lua
--- local eval = evaluation.flow("lexi", { at = "2026-03-02 10:00", zone = "America/New_York" })
--- eval "tells its hours" { persona = "You are Ben.", goal = "Learn when it is open on Friday.", judge = "Ben is told." }
--- ```
---@param name string The flow's folder.
---@param defaults? TestOptions For each of its evaluations.
---@return fun(name: string, options?: EvaluationOptions)
function evaluation.flow(name, defaults)
  want(name, "string", 'evaluation.flow("lexi")')
  defaults = want_options(defaults, option_types, 'evaluation.flow("lexi", { at = "2026-03-02 22:30" })')
  local flow, why = host.flow(name)
  if not flow then
    refuse(why)
  end
  return function(title, options)
    beginning = { flow = flow, name = name, defaults = defaults }
    return eval(title, options)
  end
end

setmetatable(evaluation, {
  __index = function(_, word)
    refuse(("evaluation.%s is not known: %s"):format(tostring(word), instead(word, { flow = true })))
  end,
})

-- ── A run ────────────────────────────────────────────────────────────────────────────────────────────────────────

local transfers = { dial = true, enqueue = true, refer = true }

local function target_of(waits)
  local options = waits.options
  return waits.kind == "dial" and parts.test_call.target_name(options.to[1])
    or options.queue or options.workflow_sid or options.sip
end

-- Lets those who are rung do what the evaluation says. The caller notices how it goes.
local function transfer(run, call)
  local waits, from, heard = call.waits, #run.world.lines, #call.told
  if run.options.on_transfer then
    run.options.on_transfer(target_of(waits))
  end
  if call.waits == waits then
    call.expected = true
    telling.settle(call)
  end
  local how = waits.kind ~= "refer" and run.world.lines[from + 1]
  local events = run.events or {}
  events[#events + 1] = { after = heard, text = ("you are put through to %s"):format(target_of(waits)) }
  events[#events + 1] = how and { after = heard, text = how.text } or nil
  run.events = events
end

local function talk(run)
  local call = telling.begin()
  while not call.over do
    local kind = call.waits.kind
    if transfers[kind] then
      transfer(run, call)
    elseif kind == "chat" then
      model_assistant.writes(call)
    elseif kind == "converse" and model_assistant.has_its_turn(call.conversation) then
      model_assistant.goes_on(call.conversation)
    else
      person.goes_on(call)
    end
  end
end

local READING = 60 -- seconds until somebody texts again

local function text(run)
  local received
  while true do
    local body = person.writes(received)
    if not body then
      return
    end
    if received then
      run.world:advance(READING)
    end
    surroundings.texter:sends(body)
    local one = run.text
    while one.waits do
      model_assistant.writes(one)
    end
    received = one.heard
  end
end

local function perform(run)
  local options = run.options
  if options.at then
    surroundings.at(options.at, options.zone)
  end
  if options.prepare then
    options.prepare()
  end
  if options.by_text then
    text(run)
  else
    talk(run)
  end
  if options.expect then
    options.expect(callers.caller, tested_assistant)
  end
  local criteria = criteria_of(options)
  if #criteria > 0 then
    judge.decide(criteria)
  end
end

-- What the engine calls: the evaluations in order; one run of one, in a coroutine; and what came of it.
local runner = { evaluations = evaluations, loaded = expect_table }
local latest -- the run

-- `time`: of the machine's clock, in ms.
function runner.run(index, time)
  local case = evaluations[index]
  local limits = {}
  for name, most in pairs(LIMITS) do
    limits[name] = case.options[name] or most
  end
  latest = {
    world = World.new(case.where), flow = case.flow, options = case.options, case = case.options,
    limits = limits, began = time, turns = 0, tokens = 0,
  }
  telling.current = latest
  perform(latest)
end

-- `raised`: what ended the run; nothing, if it passed.
function runner.outcome(raised)
  telling.current = nil
  local world = latest.world
  local failure = world.failure or raised
  if failure and not world.failure then
    world:note(failure).marked = true
  end
  return {
    outcome = not failure and "passed" or latest.broken and "broken" or "failed",
    why = failure or "",
    transcript = world:transcript(),
  }
end

-- What the author's file sees beside the language.
runner.words = telling.laid_over(
  { evaluation = evaluation, dial = callers.dial, queue = callers.queue, refer = callers.refer },
  telling.laid_over(surroundings, whole.words)
)

return runner
