---@meta
--- A flow is what happens when somebody calls your number: a file `flow.lua` that returns a table. Its functions get
--- the call (or the text message) and tell it what to do, step by step, top to bottom.
---
--- What callers do comes back as a value, or as `nil` and the reason: `nil, "timeout"`, `nil, "busy"`. What is wrong in
--- the flow itself, such as a misspelt option, stops it with the line in your file and what to write instead, and the
--- caller gets the flow's `fallback`. When the caller hangs up, the flow ends quietly wherever it is, and
--- `on_call_ended` runs.
---
--- A verb that *waits* takes time: the flow goes on when it is done. All the others return at once.

-- This one text is the API, its reference, the editor's stub and the source of the checks on every option. Beside
-- LuaCATS it uses these tags:
--   @ask KIND       which ask a verb makes, or whose options a class describes
--   @phase HANDLER  the only handlers in which a verb works
--   @waits          the verb takes time
--   @ends           the handler ends here; nothing after it runs
--   @needs A or B   one of these fields must be given
-- and, at the end of a description, [1 to 600, default 5]: range, longest length, format, default.
-- Every call loads this file: keep it small.

---@class Engine
---@field ask fun(kind: string, options?: table): any, string? Has the engine do something, and gives what came of it.
---@field copy fun(options: any, name?: string, value?: any): table A new table with these options, and with this one beside them.
local engine = ...
local ask = engine.ask
local copy = engine.copy -- the author's own table stays as it is: it may be used for many calls of a verb

--- a phone number such as "+15551230100" [E.164]
---@alias PhoneNumber string
--- a number of seconds
---@alias Seconds number
--- a whole number of seconds
---@alias WholeSeconds integer
--- a web address that starts with https:// or http:// [URL]
---@alias Url string
--- "GET" or "POST"
---@alias WebhookMethod "GET"|"POST"
--- a speech model of the carrier
---@alias SpeechModel "default"|"numbers_and_commands"|"phone_call"|"experimental_conversations"|"experimental_utterances"|"googlev2_long"|"googlev2_short"|"googlev2_telephony"|"googlev2_telephony_short"|"deepgram_nova-2"|"deepgram_nova-3"|string
--- a phone number such as "+15551230100", or a table with `number`, `client`, `sip`, `queue`, `conference` or `application`
---@alias DialTarget PhoneNumber|DialNumber|DialClient|DialSip|DialQueue|DialConference|DialApplication
--- whether silence is cut from a recording
---@alias Trim "trim-silence"|"do-not-trim"
--- when a call is recorded, in one channel or, with "-dual", in two
---@alias RecordMode "do-not-record"|"record-from-answer"|"record-from-ringing"|"record-from-answer-dual"|"record-from-ringing-dual"|boolean
--- a moment of a recording's life
---@alias RecordingEvent "in-progress"|"completed"|"absent"
--- a moment of a dialled call's life
---@alias DialEvent "initiated"|"ringing"|"answered"|"completed"
--- what the handler of a call's end may know of how it went
---@alias CallStatus "completed"|"busy"|"no-answer"|"failed"|"canceled"

--- What `flow.lua` returns: what to do when the phone rings.
---
--- ```lua
--- return {
---   settings = { front_desk = "+15550100" },
---   fallback = { dial = "+15550100" },
---   on_call = function(call)
---     call:say("Hello! One moment please.")
---     call:dial(call.settings.front_desk)
---   end,
--- }
--- ```
---@class Flow
---@field settings? table<string, Setting|any> What may differ from number to number: a value, or a declaration that says more. `numbers.lua` lays a number's own settings over these, and `switchhook settings` what an operator sets.
---@field fallback? Fallback What a caller gets if anything in the flow breaks.
---@field on_call? fun(call: Call) Runs when somebody calls. When it returns, the engine hangs up.
---@field on_message? fun(message: Message): string? Runs when a text message comes in. A text that it returns is the reply.
---@field on_call_ended? fun(call: Call) Runs after every call, when nobody is on the line any more.

--- One of a flow's settings, declared: `numbers.lua` and `switchhook settings` are checked against it.
---
--- ```lua
--- return {
---   settings = {
---     front_desk = { type = "phone", label = "Front desk", required = true },
---     seats = { type = "number", min = 1, max = 200, default = 20, help = "How many guests fit in." },
---     language = { type = "choice", choices = { "en-US", "es-US" }, default = "en-US" },
---     opening = { type = "hours", default = "mon-fri 9:00-17:00; sat 10:00-14:00" },
---     crm_token = { type = "text", secret = true },
---   },
---   fallback = { dial = "front_desk" },
---   on_call = function(call) call:dial(call.settings.front_desk) end,
--- }
--- ```
---
--- The flow finds the value in `call.settings`, and nil where nobody has set one. Hours come as `hours.weekly` takes its
--- `week`. A secret is set with `switchhook settings` only; it is sealed where it is kept, and neither a log nor a model
--- gets to see it.
---@class Setting
---@field type "phone"|"text"|"number"|"boolean"|"choice"|"hours"|"voice" What values it takes: a phone is in E.164, a boolean is true or false, hours are a week's, a voice is its name.
---@field default? any What it is where nobody sets it.
---@field label? string What people call it, in a word or two.
---@field help? string What it is for, in a sentence.
---@field required? boolean Whether each number must have it. [default false]
---@field secret? boolean For a text that nobody may read, such as a token. [default false]
---@field choices? string[] The values of a choice.
---@field min? number The least that a number may be.
---@field max? number The most that a number may be.

--- What a caller gets if the flow breaks: no caller is left in silence.
---@class Fallback
---@field dial? PhoneNumber|string Who answers instead: a number, or the name of the setting that holds it.
---@field say? string What the caller hears first.

--- What the phone network knows about a caller. Any of it may be missing.
---@class Caller
---@field name? string Name on the caller's line.
---@field city? string Where the number is from.
---@field state? string State or province of that place.
---@field zip? string Postal code of that place.
---@field country? string Two letters: "US".

--- How a call went.
---@class CallSummary
---@field id string The carrier's name for the call.
---@field from string Who called.
---@field to string The number that they called.
---@field direction "inbound"|"outbound" Who called whom.
---@field status CallStatus How it ended, as the carrier says.
---@field seconds number How long it lasted.
---@field transcript table[] What was said and pressed, in order.
---@field recordings table[] What was recorded: `{url, seconds, sid}`.

--- A call that is going on. The engine hands it to `on_call`.
---@class Call
---@field id string The carrier's name for the call (Twilio's CallSid).
---@field sid string The same as `id`.
---@field from string Who calls, as "+15551230100"; a hidden caller is "anonymous".
---@field to PhoneNumber The number that they called.
---@field provider string The carrier: "twilio".
---@field account string The carrier's account.
---@field direction "inbound"|"outbound" Who called whom.
---@field settings table The flow's settings with those of the number laid over them. A call keeps those it began with.
---@field vars table Yours: what `on_call` leaves here, `on_call_ended` finds.
---@field caller Caller What the phone network knows about the caller.
---@field started number When the call began, as `os.time()` counts.
local Call = {}

--- What is said, played or waited for, as a step of `gather` or of a whisper: a text, or one of these.
---@class Prompt
---@field say? string|SayOptions A text.
---@field play? Url|PlayOptions A recording, or keys.
---@field pause? WholeSeconds|PauseOptions Silence.
---@needs say or play or pause

---@param prompt string|Prompt
---@return table
local function prompt_of(prompt)
  if type(prompt) == "string" then return { say = { text = prompt } } end
  if type(prompt) ~= "table" then return prompt end
  if type(prompt.say) == "string" then return { say = { text = prompt.say } } end
  if type(prompt.play) == "string" then return { play = { url = prompt.play } } end
  if type(prompt.pause) == "number" then return { pause = { length = prompt.pause } } end
  return prompt
end

---@param prompts string|Prompt|(string|Prompt)[]
---@return table[]
local function prompts_of(prompts)
  if type(prompts) ~= "table" or prompts[1] == nil then return { prompt_of(prompts) } end
  local list = {}
  for i, prompt in ipairs(prompts) do list[i] = prompt_of(prompt) end
  return list
end

---@class SayOptions
---@ask say
---@needs text or ssml
---@field text? string What to say.
---@field ssml? string What to say, with the speech markup that the voice understands: `Hello <break time="1s"/> there`.
---@field voice? string Who says it: "Polly.Joanna-Neural", "Google.en-US-Chirp3-HD-Leda", "woman". [default the account's voice]
---@field language? string Language of the text: "en-US". [default the voice's language]
---@field loop? integer How many times; 0 repeats it until the caller does something. [0 to 1000, default 1]

--- Says a text.
---
--- ```lua
--- call:say("Welcome to Lakeside.")
--- call:say { text = "Guten Tag.", voice = "Polly.Vicki-Neural", language = "de-DE" }
--- ```
---@ask say
---@phase on_call
---@param text string|SayOptions
---@param options? SayOptions
function Call:say(text, options)
  if type(text) ~= "table" then text = copy(options, "text", text) end
  return ask("say", text)
end

---@class PlayOptions
---@ask play
---@needs url or digits
---@field url? Url A recording: WAV, MP3, AIFF, GSM or µ-law.
---@field digits? string Keys to press on the line, `w` waits half a second: "ww1234#".
---@field loop? integer How many times; 0 repeats it until the caller does something. [0 to 1000, default 1]

--- Plays a recording, or presses keys on the line.
---
--- ```lua
--- call:play("https://cdn.example/jingle.mp3")
--- call:play { digits = "ww1234#" }
--- ```
---@ask play
---@phase on_call
---@param url Url|PlayOptions
---@param options? PlayOptions
function Call:play(url, options)
  if type(url) ~= "table" then url = copy(options, "url", url) end
  return ask("play", url)
end

---@class PauseOptions
---@ask pause
---@field length? WholeSeconds How long. [1 to 3600, default 1]

--- Stays silent for a while.
---
--- ```lua
--- call:pause(2)
--- ```
---@ask pause
---@phase on_call
---@param seconds? WholeSeconds [default 1]
function Call:pause(seconds)
  return ask("pause", { length = seconds })
end

---@class GatherOptions
---@ask gather
---@field say? string|SayOptions What the caller hears first. They may answer before it ends.
---@field play? Url|PlayOptions A recording that they hear first.
---@field prompts? (string|Prompt)[] Several texts, recordings and pauses, in order.
---@field digits? integer How many keys to wait for. Without it the caller ends with `finish_on_key`. [1 to 128]
---@field speech? boolean Listens to what the caller says, too. [default false]
---@field dtmf? boolean Takes keys; `false` with `speech = true` only listens. [default true]
---@field finish_on_key? ""|"0"|"1"|"2"|"3"|"4"|"5"|"6"|"7"|"8"|"9"|"#"|"*" Key that ends the input; `""` for none. [default "#"]
---@field timeout? Seconds How long to wait for the first key or word, and between keys. [1 to 600, default 5]
---@field speech_timeout? WholeSeconds|"auto" Silence after which the caller has finished speaking. With a `speech_model`, give a number. [1 to 60, default the same as timeout]
---@field max_speech_time? WholeSeconds Longest speech. [1 to 60]
---@field hints? string[] Words and phrases that the caller is likely to say. [at most 500]
---@field language? string Language that the caller speaks: "en-US". [default "en-US"]
---@field speech_model? SpeechModel What understands the caller: "phone_call", "numbers_and_commands", "deepgram_nova-3".
---@field profanity_filter? boolean Puts asterisks in place of swear words. [default true]
---@field enhanced? boolean Uses the carrier's better (and dearer) variant of the "phone_call" model. [default false]
---@field barge_in? boolean Whether speaking or pressing a key stops the prompt. [default true]
---@field partial_result_callback? Url Where the carrier posts what it understood so far.
---@field partial_result_callback_method? WebhookMethod How it posts that. [default "POST"]
---@field debug? boolean Asks the carrier for details in its own log. [default false]

--- What a caller pressed or said.
---@class GatherResult
---@field digits? string Keys, without the one that ended the input: "42".
---@field speech? string Words, as understood: "a table for two, please".
---@field confidence? number How sure the carrier is of the words, from 0 to 1.

--- Asks the caller for keys, for words, or for either.
---
--- ```lua
--- local answer = call:gather { say = "To book a table, press 1, or say: book.", digits = 1, speech = true }
--- if not answer then
---   call:say("We heard nothing. Goodbye.")
--- elseif answer.digits == "1" then
---   book(call)
--- end
--- ```
---@ask gather
---@phase on_call
---@waits
---@param options GatherOptions
---@return GatherResult? answer What the caller did.
---@return "timeout"? reason They did nothing.
function Call:gather(options)
  options = copy(options)
  local prompts = {}
  for _, name in ipairs { "say", "play" } do
    local given = options[name]
    if type(given) == "string" or type(given) == "table" then
      prompts[#prompts + 1] = prompt_of { [name] = given }
      options[name] = nil
    end
  end
  if options.prompts then
    for _, prompt in ipairs(prompts_of(options.prompts)) do prompts[#prompts + 1] = prompt end
  end
  options.prompts = prompts
  return ask("gather", options)
end

---@class RecordOptions
---@ask record
---@field timeout? Seconds Silence that ends the recording; 0 waits for a key. [0 to 600, default 5]
---@field finish_on_key? string Keys that end it; `""` for none. [default "1234567890*#"]
---@field max_length? WholeSeconds Longest recording. [1 to 14400, default 3600]
---@field play_beep? boolean Beeps first. [default true]
---@field trim? Trim Whether silence at both ends is cut off. [default "trim-silence"]
---@field transcribe? boolean Has the carrier write it down (US English, 2 to 120 seconds). [default false]
---@field transcribe_callback? Url Where the carrier posts what it wrote down.
---@field recording_status_callback? Url Where the carrier posts that the recording can be fetched.
---@field recording_status_callback_method? WebhookMethod How it posts that. [default "POST"]
---@field recording_status_callback_event? RecordingEvent[] What it posts. [default "completed"]

---@class Recording
---@field url Url Where the carrier keeps it. It may take a few seconds until it can be fetched.
---@field seconds number How long it is.
---@field sid? string The carrier's name for it.
---@field digits? string The key that ended it, or "hangup".

--- Records the caller.
---
--- ```lua
--- call:say("Please leave a message after the beep.")
--- local voicemail = call:record { max_length = 120 }
--- if voicemail then kv.set("voicemail/" .. call.id, voicemail.url) end
--- ```
---@ask record
---@phase on_call
---@waits
---@param options? RecordOptions
---@return Recording? recording
---@return "silence"? reason The caller said nothing.
function Call:record(options)
  return ask("record", options)
end

---@class DialOptions
---@ask dial
---@needs to
---@field to? DialTarget[] Whom to ring. [at most 10]
---@field whisper? string|Prompt|(string|Prompt)[] What the person called hears before the two are connected: a text, or prompts.
---@field caller_id? string Number that the person called sees. [default the caller's]
---@field timeout? WholeSeconds How long it rings. [5 to 600, default 30]
---@field time_limit? WholeSeconds Longest conversation. [1 to 86400, default 14400]
---@field answer_on_bridge? boolean The caller hears it ring and pays nothing until somebody answers. [default false]
---@field hangup_on_star? boolean The caller may end the conversation with `*` and come back to the flow. [default false]
---@field sequential? boolean Rings one after the other, not all at once. [default false]
---@field record? RecordMode Records the conversation. [default "do-not-record"]
---@field recording_track? "inbound"|"outbound"|"both" Whose voice is recorded. [default "both"]
---@field trim? Trim Whether silence at both ends of the recording is cut off. [default "do-not-trim"]
---@field recording_status_callback? Url Where the carrier posts that the recording can be fetched.
---@field recording_status_callback_method? WebhookMethod How it posts that. [default "POST"]
---@field recording_status_callback_event? RecordingEvent[] What it posts. [default "completed"]
---@field ring_tone? string Country whose ringing tone the caller hears: "de".
---@field refer_url? Url Where the carrier asks what to do when the person called transfers the call by SIP REFER.
---@field refer_method? WebhookMethod How it asks. [default "POST"]
---@field call_reason? string Why you call, shown to the person called. [at most 50]

---@class DialLeg
---@field whisper? string|Prompt|(string|Prompt)[] What this person hears before the two are connected.
---@field url? Url Where the carrier asks what this person hears first; `whisper` is simpler.
---@field method? WebhookMethod How it asks. [default "POST"]
---@field status_callback? Url Where the carrier posts how it goes.
---@field status_callback_method? WebhookMethod How it posts that. [default "POST"]
---@field status_callback_event? DialEvent[] What it posts. [default "completed"]

---@class AnsweringMachineOptions
---@field machine_detection? "Enable"|"DetectMessageEnd" Finds out whether a person or a machine answered.
---@field machine_detection_timeout? WholeSeconds How long it tries to find that out. [3 to 60, default 30]
---@field machine_detection_speech_threshold? integer Milliseconds of speech that mean a machine. [1000 to 6000, default 2400]
---@field machine_detection_speech_end_threshold? integer Milliseconds of silence that end a greeting. [500 to 5000, default 1200]
---@field machine_detection_silence_timeout? integer Milliseconds of silence at the start. [2000 to 10000, default 5000]
---@field amd_status_callback? Url Where the carrier posts who answered.
---@field amd_status_callback_method? WebhookMethod How it posts that. [default "POST"]

---@class DialNumber : DialLeg, AnsweringMachineOptions
---@field number PhoneNumber A phone.
---@field send_digits? string Keys to press once it is answered, `w` waits half a second: "wwww204".
---@field byoc? string A trunk of your own that leads there, by its name at the carrier (Twilio: BYOC trunk SID).

---@class DialClient : DialLeg
---@field client string A softphone that is signed in at the carrier, by name. [at most 256]
---@field parameters? table<string, string> What the softphone is told.

---@class DialSip : DialLeg, AnsweringMachineOptions
---@field sip string A SIP address: "sip:desk@pbx.example". [SIP]
---@field username? string Whom the address knows you as.
---@field password? string With which password: keep it in a secret setting.

---@class DialQueue
---@field queue string The caller who has waited longest in this queue of the carrier.
---@field url? Url Where the carrier asks what the one who waited hears before the two are connected.
---@field method? WebhookMethod How it asks. [default "POST"]
---@field reservation_sid? string A reservation of TaskRouter, in place of whoever has waited longest.
---@field post_work_activity_sid? string What TaskRouter has its worker do after the call.

---@class DialConference
---@field conference string A conference room, by name: everyone who dials it hears the others.
---@field muted? boolean Hears the others and is not heard. [default false]
---@field beep? boolean|"onEnter"|"onExit" Whether the others hear a beep when this caller comes in and leaves. [default true]
---@field start_conference_on_enter? boolean Whether the conference begins when this caller comes in. Until it does, people wait. [default true]
---@field end_conference_on_exit? boolean Whether it ends for everybody when this caller leaves. [default false]
---@field participant_label? string Your name for this caller in it, for the carrier's API. [at most 128]
---@field jitter_buffer_size? "small"|"medium"|"large"|"off" How much delay evens out a bad line. [default "large"]
---@field wait_url? string What people hear until it starts; `""` for silence. [default music]
---@field wait_method? WebhookMethod How the carrier asks for that. [default "POST"]
---@field max_participants? integer How many may be in it. [2 to 250, default 250]
---@field record? "do-not-record"|"record-from-start" Records the conference. [default "do-not-record"]
---@field trim? Trim Whether silence at both ends of the recording is cut off. [default "trim-silence"]
---@field coach? string Call that this one may speak to without the others hearing it.
---@field region? "us1"|"us2"|"ie1"|"sg1"|"br1"|"au1"|"jp1"|"de1" Where in the world the voices are mixed.
---@field status_callback? Url Where the carrier posts what happens in it.
---@field status_callback_method? WebhookMethod How it posts that. [default "POST"]
---@field status_callback_event? ("start"|"end"|"join"|"leave"|"mute"|"hold"|"modify"|"speaker"|"announcement")[] What it posts.
---@field recording_status_callback? Url Where the carrier posts that the recording can be fetched.
---@field recording_status_callback_method? WebhookMethod How it posts that. [default "POST"]
---@field recording_status_callback_event? RecordingEvent[] What it posts. [default "completed"]
---@field event_callback_url? Url Where the carrier posts that it is over; `status_callback` tells more.

---@class DialApplication
---@field application string An application of the carrier, by its name there (Twilio: ApplicationSid).
---@field parameters? table<string, string> What the application is told.

--- How a conversation went.
---@class DialOutcome
---@field status "completed"|"answered" "answered" of a conference, else "completed".
---@field seconds? number How long the two spoke.
---@field sid? string The carrier's name for the second call.
---@field recording? Url Where the carrier keeps the recording, if there is one.

---@param target any
local function dial_target(target, whisper)
  if type(target) == "string" then return { number = target, whisper = whisper } end
  if type(target) ~= "table" then return target end
  local own = target.whisper
  return copy(target, "whisper", own and prompts_of(own) or whisper)
end

--- Puts the caller through to somebody, and comes back when they have hung up.
---
--- ```lua
--- local outcome, reason = call:dial("+15550100", { timeout = 20, whisper = "A call for the kitchen." })
--- if not outcome then call:say("Nobody answers: " .. reason) end
---
--- call:dial { "+15550100", "+15550101" }                     -- rings both; the first to answer has the call
--- call:dial { sip = "sip:desk@pbx.example" }
--- call:dial({ conference = "Sales" }, { time_limit = 3600 })
--- ```
---@ask dial
---@phase on_call
---@waits
---@param to DialTarget|DialTarget[]
---@param options? DialOptions
---@return DialOutcome? outcome
---@return "busy"|"no_answer"|"failed"|"canceled"|nil reason
function Call:dial(to, options)
  if type(to) == "table" and to.to ~= nil then options, to = to, to.to end
  options = copy(options)
  local whisper = options.whisper ~= nil and prompts_of(options.whisper) or nil
  options.whisper, options.to = nil, {}
  if type(to) ~= "table" or to[1] == nil then to = { to } end
  for i, target in ipairs(to) do options.to[i] = dial_target(target, whisper) end
  return ask("dial", options)
end

---@class EnqueueOptions
---@ask enqueue
---@field queue? string Name of the queue. [at most 64]
---@field wait_url? string Where the carrier asks what the caller hears; `""` for silence. [default music]
---@field wait_url_method? WebhookMethod How it asks. [default "POST"]
---@field max_queue_size? integer Turns callers away from here on. [1 to 5000, default 1000]
---@field workflow_sid? string A TaskRouter workflow, in place of a queue.
---@field task? table What TaskRouter is told.
---@field priority? integer TaskRouter takes those with a higher one first.
---@field task_timeout? WholeSeconds How long TaskRouter looks for somebody.
---@needs queue or workflow_sid

---@class EnqueueOutcome
---@field result "bridged"|"bridging-in-process"|"leave"|"hangup"|"redirected"|"redirected-from-bridged" How the wait ended.
---@field seconds? number How long the caller waited.
---@field sid? string The carrier's name for the queue.

--- Has the caller wait in a queue until somebody takes the call with `dial { queue = … }`.
---
--- ```lua
--- local outcome, reason = call:enqueue("front_desk")
--- if reason == "queue_full" then call:say("All lines are busy. Please call later.") end
--- ```
---@ask enqueue
---@phase on_call
---@waits
---@param queue string|EnqueueOptions
---@param options? EnqueueOptions
---@return EnqueueOutcome? outcome
---@return "queue_full"|"error"|nil reason
function Call:enqueue(queue, options)
  if type(queue) ~= "table" then queue = copy(options, "queue", queue) end
  return ask("enqueue", queue)
end

--- How a conversation with the assistant went.
---@class Conversation
---@field reason "finished"|"escalate"|"transfer"|"caller_hung_up"|"silence"|"time_limit"|"failed"|string Why it ended; a tool may give a reason of its own.
---@field what? string Where the reason is "failed": why.
---@field value? any What the tool that ended it gave.
---@field transcript table[] In order: `{who = "caller" or "assistant", text, at}` and `{tool, arguments, result, at}`, `at` in seconds.
---@field usage table Tokens: `input output cached input_audio output_audio responses`.
---@field seconds number How long it lasted.
---@field dial? DialOutcome After `agent.transfer`: how the call with the person went.
---@field dial_reason? "busy"|"no_answer"|"failed"|"canceled" Why nobody could be reached.

--- Has the caller talk with an assistant, and comes back when that is over; the call goes on. See `agent`.
---
--- If the model cannot be had, or breaks off, the reason is "failed": say something of your own, or dial a person. If the
--- handler does nothing more for the caller then, they get the flow's `fallback`.
---
--- ```lua
--- local outcome = call:converse(lexi, { greeting = "Welcome back! How can I help?" })
--- if outcome.reason == "escalate" then call:dial(call.settings.front_desk) end
--- ```
---@ask converse
---@phase on_call
---@waits
---@param agent Agent|AgentSettings
---@param overrides? AgentOverrides What differs from the agent in this conversation: anything that `agent` takes.
---@return Conversation outcome
function Call:converse(agent, overrides)
  return engine.part("agent_voice")(self, agent, overrides)
end

---@class LeaveOptions
---@ask leave

--- Leaves the queue that the caller waits in.
---@ask leave
---@phase on_call
---@ends
function Call:leave()
  return ask("leave")
end

---@class RedirectOptions
---@ask redirect
---@needs url
---@field url? Url Where the carrier asks from here on.
---@field method? WebhookMethod How it asks. [default "POST"]

--- Hands the call to another server, which answers with TwiML from here on.
---@ask redirect
---@phase on_call
---@ends
---@param url Url|RedirectOptions
---@param options? RedirectOptions
function Call:redirect(url, options)
  if type(url) ~= "table" then url = copy(options, "url", url) end
  return ask("redirect", url)
end

---@class RejectOptions
---@ask reject
---@field reason? "rejected"|"busy" What the caller's phone shows.

--- Does not answer the call, which costs nothing. It must be the first thing that happens.
---
--- ```lua
--- if call.from == "anonymous" then call:reject() end
--- ```
---@ask reject
---@phase on_call
---@ends
---@param reason? "rejected"|"busy" What the caller's phone shows. [default "rejected"]
function Call:reject(reason)
  return ask("reject", { reason = reason })
end

---@class ReferOptions
---@ask refer
---@field sip string A SIP address: "sip:desk@pbx.example". [SIP]

--- Sends the caller to another SIP address and steps out of the call.
---@ask refer
---@phase on_call
---@waits
---@param sip string A SIP address: "sip:desk@pbx.example".
---@return {status: string}? outcome
---@return "failed"? reason
function Call:refer(sip)
  return ask("refer", { sip = sip })
end

---@class HangupOptions
---@ask hangup

--- Hangs up. A handler that returns does the same.
---@ask hangup
---@phase on_call
---@ends
function Call:hangup()
  return ask("hangup")
end

-- One state serves one call, from handler to handler.
local vars, summary = {}, nil

--- Tells how the call went. Complete in `on_call_ended`.
---
--- ```lua
--- on_call_ended = function(call)
---   http.post("https://crm.example/calls", { json = call:summary(), later = true })
--- end
--- ```
---@return CallSummary
function Call:summary()
  return summary
end

--- A text message that came in. The engine hands it to `on_message`.
---@class Message
---@field id string The carrier's name for the message (Twilio's MessageSid).
---@field sid string The same as `id`.
---@field from string Who wrote.
---@field to PhoneNumber The number that they wrote to.
---@field provider string The carrier: "twilio".
---@field account string The carrier's account.
---@field settings table The flow's settings with those of the number laid over them. A call keeps those it began with.
---@field vars table Yours.
---@field caller Caller What the phone network knows about the sender.
---@field body string What they wrote.
---@field media {url: string, type: string}[] Pictures and files that came with it.
---@field started number When it arrived, as `os.time()` counts.
local Message = {}

local LONGEST_TEXT = 1600 -- characters: carriers refuse more

-- The options of a text that the carrier takes: much of what is texted comes from callers, who may say whatever they like.
local function as_one_text(options)
  local body = type(options) == "table" and options.body
  if type(body) ~= "string" or #body <= LONGEST_TEXT then return options end
  local characters = 0
  for at in body:gmatch("()[^\128-\191]") do
    characters = characters + 1
    if characters > LONGEST_TEXT then return copy(options, "body", body:sub(1, at - 1)) end
  end
  return options
end

---@class ReplyOptions
---@ask reply
---@needs body or media
---@field body? string Text of the reply; of a longer one, its beginning is sent. [at most 1600]
---@field media? Url[] Pictures to send with it. [at most 10]

--- Replies to the message. A text that `on_message` returns does the same.
---
--- ```lua
--- message:reply("We are open from 9 to 5.")
--- message:reply { body = "Our menu:", media = { "https://cdn.example/menu.jpg" } }
--- ```
---@ask reply
---@phase on_message
---@param reply string|ReplyOptions
function Message:reply(reply)
  if type(reply) ~= "table" then reply = { body = reply } end
  return ask("reply", as_one_text(reply))
end

--- Has an assistant write the reply. It knows what was written before, for a day (`history_hours`), and has the agent's
--- tools, without those that need a caller on the line.
---
--- Whoever wrote STOP gets no reply until they write START, as in `require "sms"`.
---
--- ```lua
--- on_message = function(message)
---   return message:converse(lexi) or "Sorry, please call us at this number."
--- end
--- ```
---@ask chat
---@phase on_message
---@waits
---@param agent Agent|AgentSettings
---@param overrides? AgentOverrides What differs from the agent in this reply: anything that `agent` takes.
---@return string? reply
---@return "escalate"|"opted_out"|"not_configured"|"timeout"|"unreachable"|"refused"|"failed"|string|nil reason Why there is no reply, or what a tool ended the conversation with.
function Message:converse(agent, overrides)
  return engine.part("agent_text")(self, agent, overrides)
end

--- Sends text messages. `require "sms"` adds replies by keyword.
---@class sms
sms = {}

---@class SmsOptions
---@ask sms
---@needs body or media
---@field to PhoneNumber Who gets it.
---@field body? string What it says; of a longer text, its beginning is sent. [at most 1600]
---@field media? Url[] Pictures to send with it. [at most 10]
---@field from? PhoneNumber One of your numbers. [default the number that was called]
---@field later? boolean Promises it, and does not wait: the engine sends the text, again and again for a day if it must, even if it is restarted meanwhile. [default false]

--- Something that the engine has promised to do. It does it at least once, and what goes to one recipient or one server
--- in the order in which you asked. `switchhook outbox` lists what is still to be done, and what had to be given up.
---@class Promised
---@field promised string Its name: the `Idempotency-Key` by which a server knows a request that comes twice.

--- Sends a text message.
---
--- ```lua
--- sms.send { to = call.from, body = "Your table is booked for 7 pm." }
--- sms.send { to = "+15550132", body = call.from .. " asks for a person.", later = true }
--- ```
---@ask sms
---@waits
---@param options SmsOptions
---@return {sid: string, status: string}|Promised|nil sent With `later`: what was promised.
---@return "opted_out"|"not_configured"|"failed"|nil reason "opted_out": they wrote STOP.
function sms.send(options)
  local to = type(options) == "table" and options.to
  if type(to) == "string" and kv.get("sms/opted_out/" .. to) then return nil, "opted_out" end
  return ask("sms", as_one_text(options))
end

--- Speaks to other servers. Private addresses are out of reach unless the operator allows them.
---@class http
http = {}

---@class HttpOptions
---@ask http
---@needs method
---@needs url
---@field method? "GET"|"POST"|"PUT"|"PATCH"|"DELETE"|"HEAD" What `http.request` does; the other verbs say it themselves.
---@field url? Url Where it goes.
---@field headers? table<string, string> What it has beside the usual ones, by name.
---@field body? string What is sent, as it is.
---@field json? any A table, sent as JSON.
---@field timeout? Seconds How long the server has. [0.1 to 60, default 10]
---@field retries? integer How often it is tried again if nobody answers or the server is failing. [0 to 5, default 0]
---@field later? boolean Promises it, and does not wait: the engine makes the request, again and again for a day if it must, even if it is restarted meanwhile. [default false]

---@class HttpResponse
---@field status integer 200 means that all went well.
---@field headers table<string, string> By their names in lower case.
---@field body string What came, as it is.
---@field json? any The body, where it is JSON.

--- Makes any request.
---@ask http
---@waits
---@param options HttpOptions
---@return HttpResponse|Promised|nil response With `later`: what was promised.
---@return "timeout"|"unreachable"|"refused"|"too_large"|"certificate"|nil reason
function http.request(options)
  return ask("http", options)
end

local function request(method, url, options)
  options = copy(options, "url", url)
  options.method = method
  return ask("http", options)
end

--- Fetches a page or a record.
---
--- ```lua
--- local response = http.get("https://booking.example/slots?day=2026-03-02", { timeout = 3 })
--- if response and response.status == 200 then offer(call, response.json) end
--- ```
---@ask http
---@waits
---@param url Url
---@param options? HttpOptions
---@return HttpResponse? response
---@return string? reason
function http.get(url, options) return request("GET", url, options) end

--- Posts a new record. With `later`, the call goes on at once, and the record arrives though the server is down now: any
--- status from 200 to 299 means that it did.
---
--- ```lua
--- local response = http.post("https://booking.example/tables", { json = { people = 4 } })
--- http.post("https://crm.example/calls", { json = call:summary(), later = true })
--- ```
---@ask http
---@waits
---@param url Url
---@param options? HttpOptions
---@return HttpResponse|Promised|nil response With `later`: what was promised.
---@return string? reason
function http.post(url, options) return request("POST", url, options) end

--- Puts a record in place of another.
---@ask http
---@waits
---@param url Url
---@param options? HttpOptions
---@return HttpResponse|Promised|nil response
---@return string? reason
function http.put(url, options) return request("PUT", url, options) end

--- Changes a part of a record.
---@ask http
---@waits
---@param url Url
---@param options? HttpOptions
---@return HttpResponse|Promised|nil response
---@return string? reason
function http.patch(url, options) return request("PATCH", url, options) end

--- Deletes a record.
---@ask http
---@waits
---@param url Url
---@param options? HttpOptions
---@return HttpResponse|Promised|nil response
---@return string? reason
function http.delete(url, options) return request("DELETE", url, options) end

--- What a business keeps from call to call: a value under a key. Each business has its own.
---@class kv
kv = {}

---@class KvOptions
---@ask kv
---@field op "get"|"set"|"delete"|"compare_and_set"|"increment" What is done.
---@field key string The name under which the value is kept. [at most 512]
---@field value? any What is kept from now on.
---@field expected? any What must be kept there for that.
---@field expires? Seconds After how long it is forgotten.
---@field by? number What is added.

--- Gives the value under a key, or nil.
---@ask kv
---@waits
---@param key string
---@return any value
function kv.get(key)
  return ask("kv", { op = "get", key = key })
end

--- Keeps a value: a text, a number, true or false, or a table of them.
---
--- ```lua
--- kv.set("reservation/" .. call.from, { day = "2026-03-02", people = 4 })
--- kv.set("code/" .. call.from, "4711", { expires = 600 })
--- ```
---@ask kv
---@waits
---@param key string
---@param value any nil forgets the key.
---@param options? {expires: Seconds} How long it is kept. [default for ever]
function kv.set(key, value, options)
  if value == nil then return kv.delete(key) end
  options = copy(options, "op", "set")
  options.key, options.value = key, value
  return ask("kv", options)
end

--- Forgets a key.
---@ask kv
---@waits
---@param key string
function kv.delete(key)
  return ask("kv", { op = "delete", key = key })
end

--- Sets a value only if the key still holds what you expect, so that two calls cannot take the same table. Who has it
--- keeps it, even if the engine crashes before the call hears so.
---
--- ```lua
--- local mine = kv.compare_and_set("table/7/2026-03-02", nil, call.from)
--- if not mine then call:say("That table has just been taken.") end
--- ```
---@ask kv
---@waits
---@param key string
---@param expected any What it must hold; nil: nothing.
---@param value any What it holds then; nil forgets the key.
---@param options? {expires: Seconds}
---@return boolean set
function kv.compare_and_set(key, expected, value, options)
  options = copy(options, "op", "compare_and_set")
  options.key, options.expected, options.value = key, expected, value
  return ask("kv", options)
end

--- Adds to a number and gives the new one. A free key counts as 0. It adds once, even if the engine crashes meanwhile.
---
--- ```lua
--- local calls_so_far = kv.increment("calls/" .. call.from)
--- ```
---@ask kv
---@waits
---@param key string
---@param by? number [default 1]
---@param options? {expires: Seconds}
---@return number
function kv.increment(key, by, options)
  options = copy(options, "op", "increment")
  options.key, options.by = key, by
  return ask("kv", options)
end

---@class LogOptions
---@ask log
---@field message string What happened.
---@field fields? table What else is known of it, by name.

--- Writes a line to the engine's log.
---
--- ```lua
--- log("table booked", { people = 4 })
--- ```
---@ask log
---@param message string
---@param fields? table<string, string|number|boolean>
function log(message, fields)
  return ask("log", { message = message, fields = fields })
end

---@class SleepOptions
---@ask sleep
---@field seconds Seconds How long. [0 to 3600]

--- Waits. A caller on the line hears nothing meanwhile: `call:pause` is for them.
---@ask sleep
---@waits
---@param seconds Seconds
function sleep(seconds)
  return ask("sleep", { seconds = seconds })
end

-- A misspelt verb or field is asked for as "Call.gahter": the engine answers with what was meant.
---@param class string
---@param members table
---@return table metatable For the call or message itself.
local function names_its_members(class, members)
  setmetatable(members, {
    __index = function(_, name) return ask(class .. "." .. tostring(name)) end,
  })
  return { __index = members }
end

local function with_identity(info, metatable)
  info.sid, info.vars = info.id, vars
  summary, info.summary = info.summary, nil
  return setmetatable(info, metatable)
end

return {
  call = function(info)
    info.message = nil
    return with_identity(info, names_its_members("Call", Call))
  end,
  message = function(info)
    info.body, info.media, info.message = info.message.body or "", info.message.media or {}, nil
    return with_identity(info, names_its_members("Message", Message))
  end,
}
