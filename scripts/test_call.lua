-- A mock call, or a mock text message: runs the flow and answers what it asks as the engine would, until it
-- waits for somebody whom the test speaks for.
local parts = ...
local host, show = parts.host, parts.test_world.show
local Conversation, Chat = parts.test_conversation.Conversation, parts.test_conversation.Chat

local Call = {}
Call.__index = Call

---@param handler "on_call"|"on_message"
---@param info table core::CallInfo's fields
function Call.new(world, flow, handler, info)
  return setmetatable({
    world = world,
    flow = flow,
    handler = handler,
    info = info,
    heard = {}, -- since the caller last acted, in order
    told = {}, -- all that was heard: { text =, line = }
    asks = 0, -- so far
    documents = 0, -- how many the carrier was sent
    document = {}, -- the asks of the one that is being made
    sent = nil, -- the latest: { asks =, number =, step = }
    whispered = {}, -- to the one called, since the last dial
    transcript = {}, -- what was said and pressed, as call:summary() gives it
    media = {}, -- addresses of pictures in the replies to a text
    recordings = {},
    owed = 0, -- seconds of pauses and prompts before the next wait
    waits = nil, -- the ask that waits: gather, record, dial, enqueue, refer, converse, collect_digits, chat
    conversation = nil, -- with the assistant, by voice: the latest
    chat = nil, -- with the assistant, by text
    failed = nil, -- whether the assistant was the last the caller heard, and failed
    over = nil, -- how the call ended, for people: "the flow hung up"
  }, Call)
end

local function plain(ssml)
  local text = ssml:gsub("<[^>]*>", " "):gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&quot;", '"'):gsub("&apos;", "'")
  return (text:gsub("&amp;", "&"))
end

local function spoken(options)
  return ((options.text or plain(options.ssml or "")):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

local function played(options)
  return options.url or ("tones " .. (options.digits or ""))
end

-- What one prompt sounds like; nil for a pause.
local function prompt_text(prompt)
  if prompt.say then
    return spoken(prompt.say)
  end
  return prompt.play and played(prompt.play)
end

-- The name of the one that a dial's target rings.
function Call.target_name(target)
  return target.number or target.client or target.sip or target.queue or target.conference or target.application
end

local function target_names(options)
  local names = {}
  for i, target in ipairs(options.to) do
    names[i] = Call.target_name(target)
  end
  return table.concat(names, ", ")
end

local function listens_for(options)
  local digits = not options.digits and "digits" or options.digits == 1 and "1 digit" or options.digits .. " digits"
  if options.dtmf == false then
    return "speech"
  end
  return options.speech and digits .. " or speech" or digits
end

local waiting_texts = {
  gather = function(options)
    return "the flow waits for " .. listens_for(options)
  end,
  record = function()
    return "the flow records the caller"
  end,
  dial = function(options)
    return "the caller is put through to " .. target_names(options)
  end,
  enqueue = function(options)
    return "the caller is queued in " .. show(options.queue)
  end,
  refer = function(options)
    return "the call is referred to " .. tostring(options.sip)
  end,
  converse = function()
    return "the caller talks with the assistant"
  end,
  collect_digits = function(options)
    return "a tool waits for " .. listens_for(options)
  end,
  chat = function()
    return "the flow waits for what the assistant writes"
  end,
}

-- A tool that broke fails the test once it speaks of anything but what the tool told.
function Call:expect_no_problem()
  local talk = self.chat or self.conversation
  if talk then
    talk:expect_no_problem()
  end
end

-- Where the call stands, for a message: "the flow waits for 1 digit (lexi/flow.lua:12)".
function Call:state()
  if self.over then
    return self.over
  end
  return waiting_texts[self.waits.kind](self.waits.options) .. " (" .. self.waits.where .. ")"
end

function Call:hear(text, how)
  self:record_line("flow", how == "plays" and "[plays " .. text .. "]" or text)
  self:tell(text, self.world:note("flow " .. how .. " " .. show(text)))
end

-- Somebody hears this, as a line of the transcript says.
function Call:tell(text, line)
  self.heard[#self.heard + 1] = text
  self.told[#self.told + 1] = { text = text, line = line }
  line.heard = self.heard
  self.world:happens("says", line, text)
end

-- Adds a line to what call:summary() tells of the call.
function Call:record_line(who, what)
  self.transcript[#self.transcript + 1] = { who = who, what = what }
end

local performers = {
  say = function(call, options)
    call:hear(spoken(options), "says")
  end,
  play = function(call, options)
    call:hear(played(options), "plays")
  end,
  pause = function(call, options)
    call.owed = call.owed + (options.length or 1)
  end,
  reply = function(call, options)
    call:reply(options)
  end,
  interject = function(call, options)
    call.conversation:hear(options.text)
  end,
  play_while = function(call, options)
    call.world:note("caller hears a sound while waiting: " .. options.sound)
  end,
  end_conversation = function(call, options)
    call.conversation:take_result(options)
    return call.conversation:finished(options.reason, nil, options.value)
  end,
}

-- What needs no caller, and so works after the call, too.
local outside = { http = true, sms = true, kv = true, log = true, sleep = true }

for kind in pairs(outside) do
  performers[kind] = function(call, options, where)
    return call.world[kind](call.world, options, where)
  end
end

function performers.log(call, options)
  call.world:log(options)
  local talk = call.chat or call.conversation
  if talk then
    talk:look_at_log(options)
  end
end

-- Asks that are about the caller, and yet no sign that the flow goes on without the assistant.
local of_conversation = { interject = true, play_while = true, end_conversation = true, tool_result = true, collect_digits = true }

-- The kinds after which the handler does not go on.
local endings = {
  hangup = function()
    return "the flow hung up"
  end,
  leave = function()
    return "the flow took the caller out of the queue"
  end,
  redirect = function(options)
    return "the call was redirected to " .. options.url
  end,
  reject = function(options)
    return "the call was rejected (" .. (options.reason or "rejected") .. ")"
  end,
}

function Call:reply(options)
  if options.body and options.body ~= "" then
    self:hear(options.body, "replies")
  end
  for _, url in ipairs(options.media or {}) do
    self.media[#self.media + 1] = url
    self.world:note("flow replies with the picture " .. url)
  end
end

-- Tells what a waiting ask sounds like before it waits.
function Call:begin_wait(ask)
  for _, prompt in ipairs(ask.options.prompts or {}) do
    local text = prompt_text(prompt)
    if text then
      self:hear(text, prompt.say and "says" or "plays")
    elseif prompt.pause then
      self.owed = self.owed + (prompt.pause.length or 1)
    end
  end
  if ask.kind == "dial" then
    self.whispered = {}
    for _, target in ipairs(ask.options.to) do
      for _, prompt in ipairs(target.whisper or {}) do
        self.whispered[#self.whispered + 1] = prompt_text(prompt)
      end
    end
  end
  self.waits = ask
  self.expected = false
  local line = self.world:note(waiting_texts[ask.kind](ask.options))
  if ask.kind == "dial" then
    for _, target in ipairs(ask.options.to) do
      self.world:happens("rings", line, Call.target_name(target))
    end
  end
  if ask.kind == "converse" then
    self.conversation = Conversation.new(self, ask.options)
    self.conversation:begin()
  end
end

-- The flow has answered a tool of the assistant, or asks it to write.
function Call:go_on_talking(step)
  if step.kind == "chat" then
    self.chat = self.chat or Chat.new(self)
    self.waits = step
    return self.chat:asked(step.options)
  end
  self.conversation:take_result(step.options)
  self.waits = { kind = "converse", options = self.conversation.settings, where = step.where }
end

-- The kinds of which the carrier's documents are made, and those that end one.
local in_document = { say = true, play = true, pause = true }
local end_document = { gather = true, record = true, dial = true, enqueue = true, refer = true, converse = true,
  hangup = true, leave = true, redirect = true, reject = true }

-- Keeps what the carrier is sent, as far as a document goes.
function Call:write_down(step)
  if not (in_document[step.kind] or end_document[step.kind]) then
    return
  end
  self.document[#self.document + 1] = { kind = step.kind, options = step.options }
  if end_document[step.kind] then
    self.sent = { asks = self.document, number = self.documents, step = self.asks }
    self.documents, self.document = self.documents + 1, {}
  end
end

-- The caller hangs up now, if the test says so: while the flow waits for them, or while it does something else.
function Call:leaves_during(step)
  if self.world.leaves_at ~= step.kind or self.handler ~= "on_call" or self.gone then
    return false
  end
  self.world.leaves_at = nil
  if waiting_texts[step.kind] then
    self:begin_wait(step)
    self:hang_up()
    return true
  end
  self.gone, self.over = true, "the caller hung up"
  self.world:note("the caller hangs up meanwhile")
  return false
end

-- Performs asks until one waits for somebody or the handler is done.
function Call:follow(step)
  while step.state == "asks" do
    local kind, options = step.kind, step.options
    local performer = performers[kind]
    self.asks = self.asks + 1
    self:write_down(step)
    if self:leaves_during(step) then
      return
    end
    if not outside[kind] and not of_conversation[kind] then
      self.failed = nil
    end
    if self.gone and of_conversation[kind] and not self.conversation.over then
      local event = self.conversation:finished("caller_hung_up")
      step = host.resume(self.run, event, nil, nil, self.world.now)
    elseif self.gone and in_document[kind] then
      step = host.resume(self.run, nil, nil, nil, self.world.now) -- nobody hears it
    elseif self.gone and not outside[kind] then
      return self:close(self.over) -- nobody is on the line: the handler ends here
    elseif kind == "chat" or kind == "tool_result" then
      return self:go_on_talking(step)
    elseif performer then
      local value, reason, raised = performer(self, options, step.where)
      step = host.resume(self.run, value, reason, raised, self.world.now)
    elseif endings[kind] then
      self.ending = step
      return self:close(endings[kind](options))
    elseif waiting_texts[kind] then
      return self:begin_wait(step)
    else
      self.world:fail(("the flow asks for %q (%s), which a flow test cannot answer yet"):format(kind, step.where))
    end
  end
  if step.state == "failed" then
    self.over = "the flow broke"
    self.world:flow_broke(step)
  end
  if self.handler == "on_message" and type(step.value) == "string" then
    self:reply({ body = step.value })
  end
  if self.failed and not self.gone then
    return self:fall_back()
  end
  if self.handler == "on_call" and not self.gone then
    self:write_down({ kind = "hangup", options = {} })
  end
  return self:close(self.over or "the flow hung up")
end

-- The assistant failed and the flow did nothing more for the caller: the engine does.
function Call:fall_back()
  self.failed = nil
  self.world:note("the caller gets the flow's fallback")
  local fallback = host.flow(self.flow, self.info.settings).fallback
  local sorry = "Sorry, something went wrong on our side."
  self:hear(fallback.say or fallback.dial and sorry .. " I am connecting you to someone." or sorry, "says")
  if not fallback.dial then
    return self:close("the flow hung up")
  end
  self.falls_back = true
  self:begin_wait({ kind = "dial", options = { to = { { number = fallback.dial } } }, where = "its fallback" })
end

function Call:start()
  local flow = host.flow(self.flow)
  if not flow[self.handler] then
    self.world:fail(("flow %q has no %s: add %s = function(…) … end to what it returns"):format(
      self.flow, self.handler, self.handler))
  end
  self.info.started = self.world.now
  local run, step = host.start(self.flow, self.handler, self.info)
  self.run = run
  self:follow(step)
end

function Call:record_outcome(kind, value, reason)
  if kind == "collect_digits" then
    return -- nobody but the tool sees them
  elseif kind ~= "gather" then
    return self:record_line("carrier", "[" .. kind .. (reason and ": " .. reason or "") .. "]")
  end
  local said = value and (value.speech or "[presses " .. value.digits .. "]")
  self:record_line("caller", said or "[" .. reason .. "]")
end

-- Goes on from the ask that waits. `seconds` is how long the wait took.
function Call:answer(value, reason, seconds)
  self.world:advance(self.owed + (seconds or 0))
  self:record_outcome(self.waits.kind, value, reason)
  if self.waits.kind == "record" and value and value.digits == "hangup" then
    self.gone, self.over = true, "the caller hung up"
  end
  self.owed, self.heard, self.waits = 0, {}, nil
  if self.falls_back then
    if not value then
      self:hear("Sorry, nobody can take your call now. Please call again later.", "says")
    end
    return self:close("the flow hung up")
  end
  self:follow(host.resume(self.run, value, reason, nil, self.world.now))
end

-- The caller is gone: the handler ends where it waits for them.
function Call:hang_up()
  local talks = self.conversation and not self.conversation.over
  if talks then
    self.gone, self.over = true, "the caller hung up"
    if self.waits.kind == "collect_digits" then
      self.waits = nil
      self:follow(host.resume(self.run, nil, "hung_up", nil, self.world.now))
    else
      self.conversation:finish("caller_hung_up")
    end
  end
  self:close("the caller hung up")
end

function Call:summary()
  local rejected = self.ending and self.ending.kind == "reject"
  local busy = rejected and self.ending.options.reason == "busy"
  return {
    id = self.info.id,
    from = self.info.from,
    to = self.info.to,
    direction = "inbound",
    status = busy and "busy" or rejected and "no-answer" or "completed",
    seconds = math.floor((self.world.now - self.info.started) / 1000),
    transcript = self.transcript,
    recordings = self.recordings,
  }
end

-- The handler is done. After a call, on_call_ended runs, once.
function Call:close(how)
  if self.closed then
    return
  end
  self.world:advance(self.owed)
  self.closed, self.over, self.waits, self.owed = true, how, nil, 0
  if self.handler ~= "on_call" then
    return
  end
  self.world:note(how)
  if host.flow(self.flow).on_call_ended then
    self.gone = true
    self.info.summary = self:summary()
    self:follow(host.start_again(self.run, "on_call_ended", self.info))
  end
end

return Call
