---@meta agent
--- An agent is an assistant that talks: with callers by voice, through `call:converse`, and by text, through
--- `message:converse`. It is a global like `kv`; a flow that has no agent pays nothing for it.
---
--- ```lua
--- local host = agent {
---   instructions = "You are the host of Concya, a restaurant. Take reservations. Keep it short.",
---   greeting = "Concya, good evening! How can I help you?",
---   tools = {
---     book_table = {
---       about = "Books a table. Read it back and hear a yes first.",
---       params = { day = "date", time = "time", people = "integer 1..12", name = "string?" },
---       run = function(args, call)
---         local taken = kv.increment("seats/" .. args.day, args.people) <= call.settings.seats
---         if not taken then return nil, "full on that day" end
---         return { booked = true }
---       end,
---     },
---     agent.hangup,
---     to_a_person = agent.transfer { to = function(call) return call.settings.front_desk end },
---   },
--- }
---
--- return {
---   fallback = { dial = "+15550100" },
---   on_call = function(call)
---     local outcome = call:converse(host)
---     if outcome.reason == "failed" then call:dial(call.settings.front_desk) end
---   end,
---   on_message = function(message)
---     return message:converse(host) or "Please call us at this number."
---   end,
--- }
--- ```
---
--- **Parameters** of a tool are written in short. A mistake in them stops the flow from loading.
---
--- | notation | the model sends |
--- |---|---|
--- | `"string: what it is"` | a text; the words after the colon tell the model what it is |
--- | `"string 2..40"` | a text of 2 to 40 characters |
--- | `"integer 1..20"`, `"number 0..1"`, `"integer 1.."` | a number |
--- | `"boolean"` | true or false |
--- | `"date"`, `"time"` | a text: a day that exists as "2026-03-02", a time of day as "19:30" |
--- | `"one of: small, large"` or `{ "small", "large" }` | one of these texts |
--- | `"string[]"`, `"integer[] 1..3"` | a list, here of one to three numbers |
--- | `{ street = "string", zip = "string?" }` | an object with these fields |
--- | `{ { name = "string" } }` | a list of such objects |
---
--- A `?` after the type (`"string?"`, `"one of?: small, large"`) or after the name (`["address?"] = { … }`) lets it be
--- left out. What the model sends is checked before `run` sees it; if it does not fit, the model is told what was wrong
--- and what to send, and `run` is not called.
---
--- **What `run` returns** goes to the model: a text as it is, a table as JSON, `nil, "reason"` as an error that it can
--- explain to the caller, nothing as "done". If `run` raises, the engine's log has the line in your file, the model is
--- told that the tool failed, and the conversation goes on; after three in a row it ends with the reason "failed".
---
--- While a tool runs, `http`, `kv`, `sms`, `log` and `sleep` work. Verbs that need the caller do not, since the
--- assistant has them: return first, and `gather` or `dial` after `converse`. No tool runs twice for one wish of the
--- model, not even after a crash. Requests that it makes carry an `Idempotency-Key` that stays the same when they are
--- tried again; `tool.key` is such a key for your own records.
local engine = ...
local copy, snapshot = engine.copy, engine.snapshot

-- This file is what every call of a flow with an agent loads, and an agent here is no more than what its author wrote.
-- What checks and runs it is in agent_*.lua, loaded where it is used and dropped: a call waits for long, and in little
-- memory.

--- How the assistant notices that the caller has finished speaking.
---@class TurnDetection
---@field type? "server_vad"|"semantic_vad" By silence, or by the sense of what was said. [default "server_vad"]
---@field threshold? number How loud speech is, for "server_vad". [0 to 1, default 0.5]
---@field prefix_padding_ms? integer Sound kept from before speech begins. [0 to 5000, default 300]
---@field silence_duration_ms? integer Silence that ends the caller's turn. [100 to 10000, default 500]
---@field idle_timeout_ms? integer Silence after which the assistant speaks again. [5000 to 30000]
---@field interrupt_response? boolean Whether the caller may interrupt. [default true]
---@field eagerness? "low"|"medium"|"high"|"auto" How soon it answers, for "semantic_vad". [default "auto"]

--- How the caller's words are written down.
---@class Transcription
---@field model? string The model that writes them down.
---@field language? string "en"
---@field languages? string[] Languages that the caller may speak, where it is not one: `{ "en", "es" }`.
---@field keywords? string[] Names and terms that are likely to come up.
---@field prompt? string What that model is told beforehand, such as what the call is about.

--- What happens to a caller who says nothing.
---@class SilenceOptions
---@field timeout? Seconds How long the caller may say nothing before they are asked. [1 to 600, default 15]
---@field prompt? string What the caller is asked. [default "Are you still there?"]
---@field times? integer How often, before the conversation ends with the reason "silence". [0 to 10, default 2]

--- How the assistant begins, word for word.
---@class Greeting
---@field text string What it says.
---@field interruptible? boolean Whether the caller may speak over it. [default true]

--- How the agent answers text messages.
---@class TextOptions
---@field model? string The model that writes.
---@field instructions? string What is different by text; it comes after the agent's own. [default "You are texting: …"]
---@field max_tokens? integer Longest answer, in tokens. [1 to 16384]
---@field temperature? number How free it is in its words: 0 is the least. [0 to 2]
---@field reasoning_effort? string How much it thinks before it answers, as OpenAI names it: "low".

--- What an agent may have.
---@class AgentOptions
---@field greeting? string|Greeting|fun(call: Call): string|Greeting How it begins; without it, it waits for the caller.
---@field tools? table<string, AgentTool>|AgentTool[] What it can do, by name. `agent.hangup` and its like may stand without one.
---@field voice? string Who speaks, as OpenAI names the voices. [default "marin"]
---@field model? string The model that hears and speaks. [default "gpt-realtime-2.1"]
---@field speed? number How fast it speaks. [0.25 to 1.5, default 1.0]
---@field time_limit? Seconds Longest conversation. [1 to 86400, default 600]
---@field goodbye? string What is said at the time limit.
---@field silence? SilenceOptions|false What happens to a caller who says nothing; `false` waits for ever.
---@field turn_detection? TurnDetection How it notices that the caller has finished speaking.
---@field transcription? Transcription|false `false`: the caller's words are not written down.
---@field noise_reduction? "near_field"|"far_field" Takes noise out of the caller's voice: of a phone at the ear, or of one across a room.
---@field tool_choice? string "auto", "none", "required", or a tool's name. [default "auto"]
---@field max_output_tokens? integer Longest answer, in tokens. [1 to 4096]
---@field truncation? "auto"|"disabled"|number How a long conversation is shortened: a number is the ratio to keep. [0 to 1, default "auto"]
---@field reasoning_effort? string How much it thinks before it answers, as OpenAI names it: "low".
---@field audio? "mulaw"|"alaw"|"pcm_24k" What the model hears and speaks. [default "mulaw", the phone's own]
---@field text? TextOptions How it answers text messages.
---@field history_hours? number How long a conversation by text is remembered. [0.01 to 8760, default 24]

--- What an agent is.
---@class AgentSettings : AgentOptions
---@field instructions string|fun(call: Call|Message): string Who the assistant is and what it does. A function gives it for each call, as where the date matters.

--- What `call:converse` may have differ from the agent.
---@class AgentOverrides : AgentOptions
---@field instructions? string|fun(call: Call|Message): string Who the assistant is and what it does, in place of the agent's own.

--- Something that the assistant can do.
---@class AgentTool
---@field about string What it does and when to use it, for the model.
---@field params? table Its parameters, in the notation above. [default none]
---@field run fun(args: table, call: Call|Message, tool: ToolUse): any, string? What happens; see above.
---@field say_while? string What the assistant says while it runs: "One moment…"
---@field play_while? "typing"|"tone" What the caller hears while it runs, where nobody speaks and it takes more than half a second: somebody who types, or a soft tone every two seconds. By text it does nothing.

-- ── Making an agent ──────────────────────────────────────────────────────────────────────────────────────────────

local Agent, BuiltIn = {}, {}
Agent.__metatable, BuiltIn.__metatable = "an agent", "a tool of the engine"

local agent -- the function, until what it is described by has been read; then the table that flows see

--- An assistant, made with `agent { … }`.
---@class Agent

--- Makes an agent. What is wrong in it stops the flow from loading.
---
--- ```lua
--- local lexi = agent { instructions = "You are Lexi, the receptionist of Ascend Dental.", voice = "marin" }
--- ```
---@param settings AgentSettings
---@return Agent
function agent(settings)
  settings = snapshot(settings)
  if not engine.is_known_good() then engine.part("agent_settings").read("agent", "AgentSettings", settings) end
  return setmetatable({ settings = settings }, Agent)
end
local make = agent

-- ── A use of a tool ──────────────────────────────────────────────────────────────────────────────────────────────

--- What `run` gets as its third argument: this use of the tool.
---@class ToolUse
---@field name string The tool's name.
---@field id string The model's own name for this use.
---@field key string Stays the same for this use of the tool, even after a crash: for records that must not be made twice.
local tool = {} -- described here, made in agent_tools.lua

--- Says something while the tool runs. By text it does nothing.
---@param text string
function tool:say(text) end

---@class CollectOptions
---@ask collect_digits
---@field digits? integer How many keys. [1 to 128]
---@field finish_on_key? string Key that ends them; `""` for none. [default "#"]
---@field timeout? Seconds How long to wait for the first key, and between keys. [1 to 600, default 10]

--- Has the caller press keys that neither the assistant nor the transcript sees, such as a PIN.
---@param options? CollectOptions
---@return string? digits
---@return "timeout"? reason
function tool:collect_digits(options) end

---@class FinishOptions
---@field reason? string What `converse` gives as the reason. [default "finished"]
---@field value? any What it gives as the value.
---@field at_once? boolean Does not wait until the assistant's last words are heard. [default false]

--- Ends the conversation when the tool returns.
---
--- ```lua
--- run = function(args, call, tool)
---   tool:finish { reason = "booked", value = args }
--- end
--- ```
---@param options? FinishOptions
function tool:finish(options) end

-- ── Tools that come with the engine ──────────────────────────────────────────────────────────────────────────────

--- Holds the tools that come with the engine.
---@class agent
agent = {}

BuiltIn.__call = function(self, options)
  options = options or {}
  engine.check("agent." .. self.name, self.class, options)
  return setmetatable(copy(self, "options", options), BuiltIn)
end

-- The name and the options of one: agent_built_in.lua makes a tool of them.
local function built_in(name, class)
  return setmetatable({ name = name, class = class }, BuiltIn)
end

---@class HangupToolOptions
---@field about? string When to use it, for the model.

--- A tool that ends the call, once the assistant's last words have been heard. `converse` gives the reason "finished".
---
--- ```lua
--- tools = { agent.hangup }
--- ```
---@param options? HangupToolOptions
function agent.hangup(options) end
agent.hangup = built_in("hangup", "HangupToolOptions")

---@class TransferToolOptions
---@field to DialTarget|DialTarget[]|fun(call: Call): DialTarget|DialTarget[] Whom to ring.
---@field about? string When to use it, for the model.
---@field whisper? string|false|fun(summary: string, call: Call): string What the person called hears first; `false`: nothing. [default the model's summary of the conversation]
---@field caller_id? string Number that the person called sees. [default the caller's]
---@field timeout? WholeSeconds How long it rings. [5 to 600, default 30]
---@field time_limit? WholeSeconds Longest conversation. [1 to 86400, default 14400]
---@field sequential? boolean Rings one after the other, not all at once. [default false]
---@field record? RecordMode Records the conversation of the two. [default "do-not-record"]

--- A tool that ends the conversation and puts the caller through; the person called first hears what it is about.
---
--- `converse` comes back when the two have hung up, with the reason "transfer", and `dial` or `dial_reason` as
--- `call:dial` gives them.
---
--- ```lua
--- tools = {
---   to_sales = agent.transfer { to = "+15550100", about = "Puts the caller through to sales." },
---   to_front_desk = agent.transfer { to = function(call) return call.settings.front_desk end },
--- }
--- ```
---@param options TransferToolOptions
function agent.transfer(options) end
agent.transfer = built_in("transfer", "TransferToolOptions")

---@class EscalateToolOptions
---@field about? string When to use it, for the model.

--- A tool that ends the conversation with the reason "escalate" for the flow to bring in a person; why is in
--- `outcome.value.why`. By text the assistant still answers, and `message:converse` gives "escalate" as its second
--- result.
---
--- ```lua
--- local outcome = call:converse(lexi)
--- if outcome.reason == "escalate" then call:dial(call.settings.front_desk) end
--- ```
---@param options? EscalateToolOptions
function agent.escalate(options) end
agent.escalate = built_in("escalate", "EscalateToolOptions")

---@class SendSmsToolOptions
---@field about? string When to use it, for the model.
---@field from? PhoneNumber One of your numbers. [default the number that was called]

--- A tool that texts the caller.
---@param options? SendSmsToolOptions
function agent.send_sms(options) end
agent.send_sms = built_in("send_sms", "SendSmsToolOptions")

---@class CollectDigitsToolOptions : CollectOptions
---@field run fun(digits: string, call: Call, tool: ToolUse): any, string? What becomes of them; what it returns goes to the model.
---@field about? string When to use it, for the model.

--- A tool that has the caller press keys, such as a PIN. The digits go to your `run` alone: neither the model nor the
--- transcript sees them.
---
--- ```lua
--- tools = {
---   check_pin = agent.collect_digits {
---     digits = 4,
---     about = "Has the caller press their PIN. Ask them to, first.",
---     run = function(digits, call)
---       if digits == kv.get("pin/" .. call.from) then return "the PIN is right" end
---       return nil, "the PIN is wrong"
---     end,
---   },
--- }
--- ```
---@param options CollectDigitsToolOptions
function agent.collect_digits(options) end
agent.collect_digits = built_in("collect_digits", "CollectDigitsToolOptions")

return { library = agent, make = function(_, settings) return make(settings) end }
