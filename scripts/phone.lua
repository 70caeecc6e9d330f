---@meta phone
--- Phone numbers: read as people write them or say them, checked against the numbering plan of their country, and
--- written or said again as people there do. The plans are those of libphonenumber.
---
--- ```lua
--- -- flows/callback/flow.lua
--- local phone = require "phone"
---
--- return {
---   on_call = function(call)
---     local answer = call:gather { say = "Which number may we call?", speech = true, timeout = 8 }
---     local number = answer and phone.heard(answer.speech or answer.digits, "US")
---     if not number then return call:say("That is no number that we can call.") end
---     kv.set("callback/" .. number.e164, os.time())
---     call:say("We will call " .. phone.say(number.e164) .. ".")
---   end,
--- }
--- ```
---
--- ```lua
--- -- flows/callback/flow_test.lua
--- local it = test.flow("callback")
---
--- it("takes a number that is said", function(caller)
---   caller:says("two oh two, five five five, oh one four two")
---   caller:hears("We will call two zero two, five five five, zero one four two.")
---   store:has("callback/+12025550142")
--- end)
---
--- it("takes no number that nobody can have", function(caller)
---   caller:presses("1115550142")
---   caller:hears("That is no number that we can call.")
--- end)
--- ```
local engine = ...

---@class phone
local phone = {}

--- A phone number and what is known of it.
---@class PhoneInfo
---@field e164 PhoneNumber As the engine and carriers write it: "+12025550142".
---@field country string Two letters: "US"; "001" for one that belongs to no country.
---@field code integer Calling code: 1.
---@field national string As it is written in its country: "(202) 555-0142".
---@field international string As it is written elsewhere: "+1 202-555-0142".
---@field kind "mobile"|"fixed_line"|"fixed_line_or_mobile"|"toll_free"|"premium_rate"|"shared_cost"|"voip"|"personal_number"|"pager"|"uan"|"voicemail"|"unknown" What sort of number it is.
---@field valid boolean Whether such numbers are given out.
---@field possible boolean Whether it has as many digits as numbers there have.
---@field extension? string "12"

--- why a text is no phone number; "no_country": it begins without + and no country was named
---@alias NotAPhoneNumber "not_a_number"|"no_country"|"unknown_country"|"too_short"|"too_long"

--- Reads a number. One that does not begin with + is of `country`, and may begin with what is dialled there for others.
---
--- ```lua
--- local number, reason = phone.parse("(202) 555-0142 ext. 12", "US")
--- if number and number.valid then log("number", { to = number.e164, extension = number.extension }) end
--- ```
---@param text string
---@param country? string Two letters: "US".
---@return PhoneInfo? number Look at `valid` before you call it.
---@return NotAPhoneNumber? reason
function phone.parse(text, country)
  if type(text) ~= "string" then
    engine.refuse('phone.parse takes the number as a text: "+12025550142"')
  end
  if country ~= nil and (type(country) ~= "string" or not country:find("^%u%u$")) then
    engine.refuse('phone.parse takes a country as two letters: "US"')
  end
  return engine.phone(text, country)
end

--- Gives a number that is said or keyed in: "two oh two, five five five, oh one four two".
---
--- ```lua
--- local number = phone.heard("plus four four, two oh seven nine four six oh nine five eight")
--- ```
---@param said? string
---@param country? string Two letters: "US".
---@return PhoneInfo? number nil where it is none, or none that is given out.
function phone.heard(said, country)
  if not said then return nil end
  local digits = require("text").digits(said)
  if said:lower():find("^%s*plus%s") or said:find("^%s*%+") then digits = "+" .. digits end
  local number = phone.parse(digits, country)
  return number and number.valid and number or nil
end

--- Whether a text is a number that is given out.
---@param text string
---@param country? string Two letters: "US".
---@return boolean
function phone.valid(text, country)
  local number = phone.parse(text, country)
  return number ~= nil and number.valid
end

--- Gives the country of a number.
---
--- ```lua
--- phone.country("+442079460958")  --> "GB"
--- ```
---@param text string
---@return string? country nil for "anonymous" and what else is no number.
function phone.country(text)
  local number = phone.parse(text)
  return number and number.country
end

--- Writes a number as people write it: as in its own country where that is `country`, else as abroad.
---
--- ```lua
--- phone.format("+12025550142", "US")  --> "(202) 555-0142"
--- phone.format("+12025550142")        --> "+1 202-555-0142"
--- ```
---@param text string
---@param country? string Two letters: "US".
---@return string text As it was, where it is no number.
function phone.format(text, country)
  local number = phone.parse(text, country)
  if not number then return text end
  return number.country == country and number.national or number.international
end

local DIGITS = { ["0"] = "zero", ["1"] = "one", ["2"] = "two", ["3"] = "three", ["4"] = "four", ["5"] = "five",
  ["6"] = "six", ["7"] = "seven", ["8"] = "eight", ["9"] = "nine" }

--- Gives a number as it is said in English, in the groups in which it is written: "two zero two, five five five, zero one
--- four two".
---@param text string
---@param country? string With the calling code unless it is of this country. [default the number's own]
---@return string
function phone.say(text, country)
  local number = phone.parse(text)
  local written = number and number.national or text
  if number and country and country ~= number.country then written = number.international end
  local groups = {}
  for group in written:gmatch("%d+") do
    local said = {}
    for digit in group:gmatch("%d") do said[#said + 1] = DIGITS[digit] end
    groups[#groups + 1] = table.concat(said, " ")
  end
  return (written:find("^%+") and "plus " or "") .. table.concat(groups, ", ")
end

--- Whether two texts are the same number.
---@param one string
---@param other string
---@param country? string Whose they are where they do not begin with +.
---@return boolean
function phone.same(one, other, country)
  local a, b = phone.parse(one, country), phone.parse(other, country)
  return a ~= nil and b ~= nil and a.e164 == b.e164 and a.extension == b.extension
end

return phone
