-- One walk through a flow, for `switchhook explore`: plays a call in which every choice that the world has is made as a
-- list of numbers says, up to the first choice that has no number. The explorer in C++ decides where to walk next.
local parts = ...
local World, Call = parts.test_world, parts.test_call
local choices_at = parts.explore_choices

-- ── The world of a walk ──────────────────────────────────────────────────────────────────────────────────────────

-- Raised where a walk ends before the call does.
local STOP = {}

local Walk = setmetatable({}, { __index = World })
Walk.__index = Walk

-- Takes the next choice of the walk, or ends the walk with what there is to choose from.
function Walk:choose(choices, where, kind)
  self.choices, self.where, self.kind = choices, where, kind
  local number = self.path[self.taken + 1]
  if not number and self.silence > 0 then
    for i, choice in ipairs(choices) do
      if choice.passive then
        number, self.silence = i, self.silence - 1
        break
      end
    end
  end
  if not number then
    error(STOP, 0)
  end
  self.taken = self.taken + 1
  local choice = choices[number]
  self.choices, self.trail, self.first_line = nil, {}, #self.lines + 1
  if choice.class ~= "network" then -- whoever did something last is owed a word, however busy the flow is in between
    self.latest, self.owed_since = choice, self.first_line
  end
  self.invented = self.invented or choice.invented
  self.open = self.open or choices.open
  self.labels[#self.labels + 1] = choice.label
  return choice
end

function Walk:http(options, where)
  if options.later then
    return World.http(self, options, where)
  end
  local choice = self:choose(choices_at.http(options), where, "http")
  return choice.value, choice.reason
end

function Walk:sms(options, where)
  if options.later then
    return World.sms(self, options, where)
  end
  local choice = self:choose(choices_at.sms(options), where, "sms")
  return choice.value, choice.reason
end

-- What a call before this one kept is not known.
function Walk:kv(options)
  if options.op ~= "set" and options.op ~= "delete" then
    self.open = true
  end
  return World.kv(self, options)
end

function Walk:flow_broke(step)
  self.broke = step
  error(STOP, 0)
end

-- A mock call cannot go on: a verb that it does not know, a flow without a handler.
function Walk:fail(message)
  self.broke = { where = self.where or "?", what = message }
  error(STOP, 0)
end

-- ── The walk ─────────────────────────────────────────────────────────────────────────────────────────────────────

local function new_walk(spec)
  local walk = World.new(spec.flow .. "/flow.lua:1")
  walk.path, walk.taken, walk.silence = spec.path, 0, spec.silence or 0
  walk.trail, walk.first_line, walk.owed_since, walk.labels = {}, 1, 1, {}
  walk.constants, walk.tools_used = spec.constants, 0
  walk:set_time(spec.start.at)
  return setmetatable(walk, Walk)
end

local function new_call(walk, spec)
  local start = spec.start
  local message = start.handler == "on_message"
  local call = Call.new(walk, spec.flow, start.handler, {
    id = walk:new_id(message and "SM" or "CA"),
    from = start.from,
    to = "+12025550199",
    settings = start.settings or {},
    caller = {},
    message = message and { body = start.body, media = {} } or nil,
  })
  -- Where the flow went since the latest choice tells two places in it apart that sound the same.
  call.write_down = function(self, step)
    walk.trail[#walk.trail + 1] = step.kind .. "@" .. (step.where or "its end")
    return Call.write_down(self, step)
  end
  return call
end

-- A tool that broke is the author's to mend, though the conversation goes on.
local function look_at_tools(walk, call)
  local talk = call.chat or call.conversation
  local problem = talk and talk.problem
  if talk then
    talk.problem = nil
  end
  if problem and problem:find(" broke: ", 1, true) then
    walk.broke = { where = problem:match("[%w_/.-]+%.lua:%d+") or call.waits and call.waits.where or "?", what = problem }
    error(STOP, 0)
  end
end

local function go(walk, call)
  call:start()
  while call.waits do
    look_at_tools(walk, call)
    local waits = call.waits
    local choice = walk:choose(choices_at.waiting(walk, call), waits.where, waits.kind)
    choice.act(call)
  end
  look_at_tools(walk, call)
end

-- What was heard from a line of the transcript on.
local function heard_from(walk, call, first)
  local texts = {}
  for i = first, #walk.lines do
    for _, told in ipairs(call.told) do
      if told.line == walk.lines[i] then
        texts[#texts + 1] = told.text
      end
    end
  end
  return texts
end

local function state_of(walk, call)
  if walk.broke then
    return "broke"
  end
  return call.over and "over" or "waits"
end

-- Walks: spec is { flow =, start = { handler =, at =, from =, settings =, body = }, path = { 1, 3, … }, silence =,
-- constants = { digits = { "42" } } }. Gives where that led.
local function walk_along(spec)
  local walk = new_walk(spec)
  local call = new_call(walk, spec)
  local finished, raised = pcall(go, walk, call)
  if not finished and raised ~= STOP then
    error(raised, 0)
  end
  local state = state_of(walk, call)
  local heard = heard_from(walk, call, walk.first_line)
  local where = state == "waits" and walk.where or nil
  local labels = {}
  for i, choice in ipairs(state == "waits" and walk.choices or {}) do
    labels[i] = { label = choice.label, passive = choice.passive or false, leaves = choice.leaves or false }
  end
  return {
    state = state,
    over = call.over,
    broke = walk.broke and { where = walk.broke.where, what = walk.broke.what, limit = walk.broke.limit or "" } or nil,
    kind = walk.kind or "",
    where = where or "",
    waits_for = state == "waits" and call.waits and call:state() or "",
    heard = heard,
    trail = table.concat(walk.trail, " "),
    latest = walk.latest and walk.latest.class or "start",
    without_a_word = #heard_from(walk, call, walk.owed_since) == 0,
    ends_by_itself = call.ending ~= nil and call.ending.kind ~= "hangup",
    choices = labels,
    labels = walk.labels,
    invented = walk.invented or false,
    silence = walk.silence,
    open = walk.open or false,
  }
end

return { walk = walk_along }
