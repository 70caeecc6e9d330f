---@meta escalation
--- Brings in a person: notices when a caller needs one, rings people in order until one answers, tells them what it is
--- about, and takes a message when nobody can come.
---
--- ```lua
--- -- flows/helpdesk/flow.lua
--- local escalation = require "escalation"
---
--- local people = escalation.policy {
---   tiers = {
---     { name = "desk", to = { "+15550131", "+15550132" }, timeout = 20 },
---     { name = "owner", to = "+15550133" },
---   },
---   keywords = { "refund" },
---   notify = { sms = "+15550139" },
---   voicemail = { greeting = "Nobody is free. Please leave a message after the beep." },
--- }
---
--- return {
---   on_call = function(call)
---     local watch = people:watch()
---     local question = "How can I help you?"
---     while true do
---       local answer = call:gather { say = question, speech = true, digits = 1 }
---       local why = watch:heard(answer) or watch:failed()
---       if why then return people:run(call, { why = why, about = answer and answer.speech }) end
---       question = "Sorry, could you say that in other words?"
---     end
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/helpdesk/flow_test.lua
--- local it = test.flow("helpdesk")
---
--- it("rings one after the other, then takes a message", function(caller)
---   caller:says("I want my money, a refund")
---   caller:hears("I am putting you through.")
---   caller:is_put_through_to("+15550131")
---   dial:whispers("I want my money, a refund")
---   dial:is_busy()
---   caller:is_put_through_to("+15550132")
---   dial:does_not_answer()
---   caller:is_put_through_to("+15550133")
---   dial:does_not_answer()
---   caller:hears("Please leave a message after the beep.")
---   sms:was_sent("+15550139", "+12025550142 needs a person")
--- end)
--- ```
local engine = ...
local hours = require "hours"
local in_voice = engine.part("in_voice")
local shorten = engine.part("shorten")
local voicemail = require "voicemail"
local words = require "words"

---@class escalation
local escalation = {}

--- why a caller needs a person: they "asked" for one, said a "keyword" or words of anger ("sentiment"), or were not
--- understood or helped too often ("failures"); a flow may have reasons of its own
---@alias EscalationReason "asked"|"keyword"|"sentiment"|"failures"|string

--- People who are rung, one after the other.
---@class EscalationTier
---@field to DialTarget|DialTarget[] Whom to ring, in this order.
---@field name? string What the outcome and the notification call it. [default its place: "1"]
---@field enabled? boolean `false` passes over it. [default true]
---@field timeout? WholeSeconds How long each is rung. [5 to 600, default 25]
---@field opening? Opening|WeeklyOptions When they can be rung. [default the policy's]
---@field whisper? string|fun(case: EscalationCase): string What the one called hears first. [default the policy's]
---@field caller_id? string Number that the one called sees. [default the caller's]
---@field notify? EscalationNotify Who is told before it is rung.

--- Who is told by text that a caller needs a person.
---@class EscalationNotify
---@field sms PhoneNumber|PhoneNumber[] Who gets the text.
---@field text? string|fun(case: EscalationCase): string What it says. [default "+12025550142 needs a person (asked): what they said"]

---@class EscalationOptions
---@field tiers EscalationTier[] Who is rung, in this order.
---@field person? string[] Words with which a caller asks for a person. [default "a person", "human", "agent", "operator", …]
---@field keywords? string[] Words that need a person: "refund", "lawyer".
---@field sentiment? boolean|string[] Whether words of anger do, or which. [default false]
---@field failures? integer How often the caller may not be helped. [1 to 20, default 2]
---@field opening? Opening|WeeklyOptions When people can be rung. [default always]
---@field say? string|SayOptions|false Said before somebody is rung. [default "I am putting you through."]
---@field closed? string|SayOptions|false Said where nobody can be rung now. [default "Nobody is here to take your call now."]
---@field busy? string|SayOptions|false Said when nobody has answered. [default "Nobody can take your call just now."]
---@field whisper? string|fun(case: EscalationCase): string What the one called hears first. [default what the caller said]
---@field notify? EscalationNotify Who is told, whoever answers then.
---@field voicemail? VoicemailOptions|false How a message is taken when nobody has answered; `false`: none is. [default as `voicemail.take` does]
---@field voice? string Who speaks.
---@field language? string Language of what is said.

--- What is passed on about a caller.
---@class EscalationRequest
---@field why? EscalationReason Why a person is needed. [default "asked"]
---@field about? string What it is about, in the caller's words; those it reaches get the first 300 bytes.
---@field say? string|SayOptions|false Said before somebody is rung. [default the policy's]
---@field closed? string|SayOptions|false Said where nobody can be rung now. [default the policy's]
---@field busy? string|SayOptions|false Said when nobody has answered. [default the policy's]
---@field voicemail? VoicemailOptions|false How a message is taken. [default the policy's]
---@field voice? string Who speaks.
---@field language? string Language of what is said.

--- A caller who needs a person, as whispers and notifications see it.
---@class EscalationCase
---@field call Call The caller's call.
---@field from string Who calls.
---@field why EscalationReason Why a person is needed.
---@field about? string What it is about, in the caller's words.
---@field tier? string Who is being rung.

--- What came of it.
---@class EscalationOutcome
---@field result "person"|"voicemail"|"nobody" Who has taken care of the caller.
---@field why EscalationReason Why a person was needed.
---@field tier? string The tier that answered.
---@field to? DialTarget Who answered.
---@field dial? DialOutcome How their talk went.
---@field message? VoicemailMessage What the caller left.

local PERSON = { "a person", "real person", "human", "agent", "representative", "operator", "front desk", "customer service",
  "speak to someone", "talk to someone", "speak to somebody", "talk to somebody", "speak with someone", "talk with someone",
  "speak with somebody", "talk with somebody", "speak to a manager", "your manager", "supervisor" }
local ANGER = { "angry", "furious", "unacceptable", "ridiculous", "terrible", "horrible", "awful", "worst", "useless",
  "fed up", "sick of", "sick and tired", "frustrated", "frustrating", "outrageous", "disgusting", "disappointed",
  "complaint", "complain", "waste of time", "rip off", "scam", "incompetent", "idiot", "stupid", "damn", "hell" }

--- Who is rung and when, as `escalation.policy` makes it.
---@class Escalation
local Policy = {}
Policy.__index = Policy

--- Makes a policy. What is wrong in it stops the flow from loading.
---@param options EscalationOptions
---@return Escalation
function escalation.policy(options)
  if not engine.is_known_good() then engine.check("escalation.policy", "EscalationOptions", options) end
  local self = { options = options, tiers = {}, rules = {} }
  local opening = options.opening and hours.weekly(options.opening)
  for i, tier in ipairs(options.tiers) do
    local to = tier.to
    if type(to) ~= "table" or to[1] == nil then to = { to } end
    self.tiers[i] = {
      options = tier, to = to, name = tier.name or tostring(i),
      opening = tier.opening and hours.weekly(tier.opening) or opening,
    }
  end
  local anger = options.sentiment
  self.rules = {
    { words = options.person or PERSON, why = "asked" },
    { words = options.keywords or {}, why = "keyword" },
    { words = type(anger) == "table" and anger or anger and ANGER or {}, why = "sentiment" },
  }
  return setmetatable(self, Policy)
end

--- Whether anybody can be rung now.
---@param at? number [default now]
---@return boolean
function Policy:is_available(at)
  for _, tier in ipairs(self.tiers) do
    if tier.options.enabled ~= false and (not tier.opening or tier.opening:is_open(at)) then return true end
  end
  return false
end

--- Looks after one caller: counts failures, and hears when a person is needed.
---@class EscalationWatch
local Watch = {}
Watch.__index = Watch

--- Begins to look after a caller.
---@return EscalationWatch
function Policy:watch()
  return setmetatable({ policy = self, failures = 0 }, Watch)
end

--- Gives why what a caller said needs a person; the 0 key asks for one.
---
--- ```lua
--- local answer = call:gather { say = "How can I help you?", speech = true, digits = 1 }
--- local why = watch:heard(answer)
--- if why then people:run(call, { why = why, about = answer.speech }) end
--- ```
---@param said? string|GatherResult
---@return EscalationReason? why nil where nothing calls for one.
function Watch:heard(said)
  if type(said) == "table" then
    if said.digits == "0" then return "asked" end
    said = said.speech
  end
  if not said then return nil end
  local rule = words.choose(said, self.policy.rules)
  return rule and rule.why
end

--- Counts a time that the caller was not understood or not helped.
---@return EscalationReason? why "failures" when that was once too often.
function Watch:failed()
  self.failures = self.failures + 1
  return self.failures >= (self.policy.options.failures or 2) and "failures" or nil
end

--- Forgets the failures: the caller was helped.
function Watch:helped()
  self.failures = 0
end

local function say(call, text, voices)
  if text then call:say(in_voice(text, voices)) end
end

-- The first that is given; `false` is, and says nothing.
local function or_else(given, ...)
  if given ~= nil or select("#", ...) == 0 then return given end
  return or_else(...)
end

local LONGEST_ABOUT = 300 -- bytes of a whisper: the caller waits while it is said

local function notify(told, case)
  if not told then return end
  local text = told.text
  if type(text) == "function" then text = text(case) end
  text = text or ("%s needs a person (%s)%s"):format(case.from, case.why, case.about and ": " .. case.about or ".")
  for _, number in ipairs(type(told.sms) == "string" and { told.sms } or told.sms) do
    sms.send { to = number, body = text, later = true }
  end
end

-- Rings the people of a tier until one answers.
local function ring(tier, case, standard)
  local options = tier.options
  case.tier = tier.name
  notify(options.notify, case)
  local whisper = options.whisper or standard
  if type(whisper) == "function" then whisper = whisper(case) end
  whisper = whisper or case.about
  for _, target in ipairs(tier.to) do
    local outcome = case.call:dial({ target }, {
      timeout = options.timeout or 25, whisper = whisper, caller_id = options.caller_id,
    })
    if outcome then return { result = "person", why = case.why, tier = tier.name, to = target, dial = outcome } end
  end
end

local function take_message(call, options, voices, why)
  if options == false then return { result = "nobody", why = why } end
  options = engine.copy(options)
  options.voice, options.language = options.voice or voices.voice, options.language or voices.language
  local message = voicemail.take(call, options)
  return { result = message and "voicemail" or "nobody", why = why, message = message }
end

--- Rings the people of each tier in order, as far as they can be rung now. When somebody has answered, it comes back
--- after the talk; where nobody does, the caller may leave a message.
---
--- ```lua
--- local outcome = people:run(call, { why = "keyword", about = "the caller wants a refund" })
--- log("escalated", { result = outcome.result, tier = outcome.tier })
--- ```
---
--- On a line of several languages, the request says what the caller hears in theirs:
---
--- ```lua
--- people:run(call, {
---   language = "es-US", say = "Un momento, por favor.", busy = "Nadie puede atenderle ahora.", voicemail = false,
--- })
--- ```
---@phase on_call
---@waits
---@param call Call
---@param request? EscalationRequest
---@return EscalationOutcome outcome
function Policy:run(call, request)
  request = request or {}
  engine.check("escalation:run", "EscalationRequest", request)
  local options, why = self.options, request.why or "asked"
  local voices = {
    voice = request.voice or options.voice,
    language = request.language or options.language,
  }
  local about = request.about and shorten(request.about, LONGEST_ABOUT, "words")
  local case = { call = call, from = call.from, why = why, about = about }
  notify(options.notify, case)
  local rung = false
  for _, tier in ipairs(self.tiers) do
    if tier.options.enabled ~= false and (not tier.opening or tier.opening:is_open()) then
      if not rung then say(call, or_else(request.say, options.say, "I am putting you through."), voices) end
      rung = true
      local outcome = ring(tier, case, options.whisper)
      if outcome then return outcome end
    end
  end
  if rung then
    say(call, or_else(request.busy, options.busy, "Nobody can take your call just now."), voices)
  else
    say(call, or_else(request.closed, options.closed, "Nobody is here to take your call now."), voices)
  end
  return take_message(call, or_else(request.voicemail, options.voicemail), voices, why)
end

return escalation
