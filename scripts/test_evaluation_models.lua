-- The models that take part in an evaluation, and what it may use of them: turns, tokens and time.
local parts = ...
local host, telling = parts.host, parts.test_telling

local models = {}

-- Ends the run without a verdict on the flow: a model did not do its part.
function models.give_up(message)
  telling.current.broken = true
  telling.current.world:fail(message)
end

local function count_turn(run)
  run.turns = run.turns + 1
  if run.turns > run.limits.turns then
    run.world:fail(("the two have not come to an end after %d turns"):format(run.limits.turns))
  end
end

local function count(run, usage, time)
  usage = usage or {}
  run.tokens = run.tokens + (usage.input or 0) + (usage.output or 0)
  if run.tokens > run.limits.tokens then
    run.world:fail(("the run has used more than %d tokens"):format(run.limits.tokens))
  end
  if time - run.began > run.limits.seconds * 1000 then
    run.world:fail(("the run has taken more than %g seconds"):format(run.limits.seconds))
  end
end

--- Asks a model, and gives its answer as a flow's ask `chat` gets it. `who` is "caller", "assistant" or "judge".
---@param who string
---@param options table As those of the ask `chat`.
---@return table
function models.ask(who, options)
  local run = telling.current
  if who ~= "judge" then
    count_turn(run)
  end
  local reply, reason, time = host.model(who, options)
  if not reply then
    models.give_up(("the model that plays the %s does not answer: %s"):format(who, tostring(reason)))
  end
  count(run, reply.usage, time)
  return reply
end

-- What a model may use, as its request has it: { type = "function", function = { name, description, parameters } }.
function models.tool(name, about, properties, required)
  return {
    type = "function",
    ["function"] = {
      name = name,
      description = about,
      parameters = { type = "object", properties = properties, required = required, additionalProperties = false },
    },
  }
end

local WORDS_A_SECOND = 2.5 -- as people talk on the phone

-- How long it takes to say this, in seconds.
function models.seconds_of(text)
  local _, words = text:gsub("%S+", "")
  return words / WORDS_A_SECOND
end

-- Lets time pass in a conversation, up to its end.
function models.take_time(conversation, seconds)
  conversation:talk_on(math.min(seconds, conversation:time_left()))
end

return models
