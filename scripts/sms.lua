---@meta sms
--- Replies to text messages by keyword, and keeps to STOP.
---
--- ```lua
--- local sms = require "sms"
---
--- return {
---   on_message = sms.keywords {
---     replies = {
---       { words = { "hours", "open" }, reply = "We are open from 9 to 5, Monday to Friday." },
---       { words = { "address", "where" }, reply = "12 Lake Road." },
---     },
---     otherwise = "Text HOURS or ADDRESS, or call us at this number.",
---   },
--- }
--- ```
local engine = ...
local words = require "words"

local sms = { send = sms.send }

--- A keyword and what is replied to it.
---@class KeywordReply
---@field words string[] Words and phrases, in any case, anywhere in the message.
---@field reply string|ReplyOptions|fun(message: Message): string|ReplyOptions|nil The reply, or what gives it; nil replies nothing.

---@class KeywordOptions
---@field replies KeywordReply[] What is replied to which words.
---@field otherwise? string|ReplyOptions|fun(message: Message): string|ReplyOptions|nil The reply to everything else. [default none]

local STOP = { stop = true, stopall = true, unsubscribe = true, cancel = true, ["end"] = true, quit = true,
  revoke = true, optout = true }
local START = { start = true, unstop = true }
local HELP = { help = true, info = true }

--- Whether a message is STOP, START or HELP, which the carrier answers itself, or comes from somebody who opted out:
--- then a reply of yours would be refused. Keeps who opted out. `sms.keywords` and `message:converse` do this
--- themselves.
---
--- ```lua
--- on_message = function(message)
---   if sms.opted_out(message) then return end
---   return "Thank you! We read texts until six."
--- end
--- ```
---@phase on_message
---@waits
---@param message Message
---@return boolean
function sms.opted_out(message)
  local word = message.body:sub(1, 20):lower():gsub("^%s+", ""):gsub("%s+$", "")
  local key = "sms/opted_out/" .. message.from
  if STOP[word] then
    kv.set(key, true)
    return true
  end
  if START[word] then
    kv.delete(key)
    return true
  end
  if HELP[word] then return true end
  if not kv.get(key) then return false end
  -- To somebody who opted out, YES is START; from everybody else it is an answer.
  if word == "yes" then kv.delete(key) end
  return true
end

--- Gives a handler for `on_message` that replies by keyword.
---
--- STOP, START and HELP are the carrier's to answer. Whoever wrote STOP gets no reply until they write START, and
--- `sms.send` to them gives `nil, "opted_out"`.
---
--- ```lua
--- on_message = sms.keywords {
---   replies = {
---     { words = { "table" }, reply = function(message) return "Your table: " .. table_of(message.from) end },
---   },
---   otherwise = "Text TABLE to hear about your table.",
--- }
--- ```
---@param options KeywordOptions
---@return fun(message: Message): string?
function sms.keywords(options)
  engine.check("sms.keywords", "KeywordOptions", options)
  return function(message)
    if sms.opted_out(message) then return end
    local choice = words.choose(message.body, options.replies)
    local reply = options.otherwise
    if choice then reply = choice.reply end
    if type(reply) == "function" then reply = reply(message) end
    if reply then message:reply(reply) end
  end
end

return sms
