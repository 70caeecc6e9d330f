---@meta _
--- Flow tests: a call's transcript, told from the caller's side, run without a phone in milliseconds.
---
--- ```lua
--- -- flows/lexi/flow_test.lua
--- local it = test.flow("lexi")
---
--- it("rings the front desk when the caller is silent", function(caller)
---   caller:hears("press 1")
---   caller:says_nothing()
---   caller:is_put_through_to("+15550100")
--- end)
--- ```
---
--- A test starts with nothing kept, no reply from any network and the clock at Monday, 2026-03-02 15:00 UTC. The call
--- begins at the first line about the caller; what a flow finds out there (`network:replies`, `store:set`, `at`) is
--- written above it. The flow runs until it waits for somebody, so all that it does before is done when the test's
--- line returns. Whoever the flow rings answers and talks for a minute, unless a line after `is_put_through_to` says
--- otherwise. A test may end while the flow still waits: the caller then hangs up. `on_call_ended` runs in every test,
--- and what it asks for can be checked after the line that ended the call. A flow that breaks fails its test.
---
--- After a test has passed, its calls are run again from their own answers, as after a crash of the engine; a flow that
--- then asks for anything else fails the test.
local parts = ...
local host, World, telling = parts.host, parts.test_world, parts.test_telling
local refuse, instead, want, want_options = telling.refuse, telling.instead, telling.want, telling.want_options
local callers, surroundings = parts.test_caller, parts.test_surroundings
local assistant, whole = parts.test_assistant, parts.test_whole

local tests = {} -- what `it` was given, in order
local preparations = {} -- what `test.before_each` was given, in order

local option_types = { from = "string", to = "string", settings = "table", caller = "table", at = "string", zone = "string" }

--- What a test may differ in.
---@class TestOptions
---@field from? string Who calls or texts: "+12025550142" if not given.
---@field to? string The business's number: "+12025550199" if not given.
---@field settings? table Laid over the flow's settings, as a number's own are in numbers.lua. A secret is given as a text.
---@field caller? table What the carrier knows of the caller: name, city, state, zip, country.
---@field at? string When the test begins: see `at`.
---@field zone? string The time zone of `at`.

local test = {}

--- Begins the tests of a flow: gives the function `it` that takes each of them.
---
--- ```lua
--- local it = test.flow("lexi")
--- it("greets", function(caller) caller:hears("Welcome") end)
--- it("greets in Spanish", { settings = { language = "es-US" } }, function(caller) caller:hears("Hola") end)
--- ```
---@param name string The flow's folder.
---@param defaults? TestOptions For each of its tests.
---@return fun(name: string, options: TestOptions|fun(caller: TestCaller, assistant: TestAssistant), body?: fun(caller: TestCaller, assistant: TestAssistant))
function test.flow(name, defaults)
  want(name, "string", 'test.flow("lexi")')
  defaults = want_options(defaults, option_types, 'test.flow("lexi", { from = "+12025550142" })')
  local flow, why = host.flow(name)
  if not flow then
    refuse(why)
  end
  return function(title, options, body)
    local example = 'it("greets", function(caller) caller:hears("Welcome") end)'
    want(title, "string", example)
    if type(options) == "function" then
      options, body = nil, options
    end
    want(body, "function", example)
    if telling.current then
      refuse("a test cannot contain a test: write it(…) below the other's end)")
    end
    options = want_options(options, option_types, 'it("greets", { from = "+12025550142" }, function(caller) … end)')
    local merged = telling.laid_over(defaults, options)
    tests[#tests + 1] = { name = title, flow = name, options = merged, body = body, where = host.where() }
  end
end

--- Runs before each test of the file, as for what most of them need: `network:replies`, `store:set`, `at`.
---@param prepare fun()
function test.before_each(prepare)
  preparations[#preparations + 1] = want(prepare, "function", "test.before_each(function() at(\"2026-03-02 22:30\") end)")
end

setmetatable(test, {
  __index = function(_, word)
    refuse(("test.%s is not known: %s"):format(tostring(word), instead(word, { flow = true, before_each = true })))
  end,
})

local function perform(case)
  if case.options.at then
    surroundings.at(case.options.at, case.options.zone)
  end
  for _, prepare in ipairs(preparations) do
    prepare()
  end
  case.body(callers.caller, assistant)
  for _, call in ipairs({ telling.current.text or telling.current.call, telling.current.call }) do
    call:expect_no_problem()
  end
  -- A test may stop in the middle of a call: then the caller hangs up.
  if telling.current.call and not telling.current.call.over then
    telling.current.call:hang_up()
  end
  whole.expect_departure()
end

-- What the engine calls: the tests in order; one test, which gives its failure or nil; what happened in it.
local runner = { tests = tests }
local latest -- the world of the test that ran last

function runner.run(index)
  local case = tests[index]
  latest = World.new(case.where)
  telling.current = { world = latest, flow = case.flow, options = case.options }
  local passed, raised = pcall(perform, case)
  telling.current = nil
  if not passed and not latest.failure then
    latest.failure = tostring(raised)
    latest:note(latest.failure).marked = true
  end
  return latest.failure
end

function runner.transcript(note)
  if note then
    latest:note(note).marked = true
  end
  return latest:transcript()
end

-- What the author's file sees beside the language.
runner.words = telling.laid_over(
  { test = test, dial = callers.dial, queue = callers.queue, refer = callers.refer },
  telling.laid_over(surroundings, whole.words)
)

return runner
