-- The check of what a model sends for a tool, by the rule that agent_parameters.lua reads from the author's notation.
-- As there, no string.gsub and no math.

local function range_text(rule, unit)
  local from = unit and "of" or "from"
  unit = unit or ""
  if rule.least and rule.most then return (" %s %s to %s%s"):format(from, rule.least, rule.most, unit) end
  if rule.least then return (" of at least %s%s"):format(rule.least, unit) end
  if rule.most then return (" of at most %s%s"):format(rule.most, unit) end
  return ""
end

local plain_wishes = { boolean = "true or false", date = 'a date such as "2026-03-02"', time = 'a time such as "19:30"' }

-- What a rule wants, in words for the model.
local function wish(rule)
  if rule.kind == "choice" then return 'one of "' .. table.concat(rule.choices, '", "') .. '"' end
  if rule.kind == "object" then
    return #rule.names > 0 and "an object with " .. table.concat(rule.names, ", ") or "an empty object"
  end
  if rule.kind == "list" then return "a list" .. range_text(rule, " items") .. ", each item " .. wish(rule.item) end
  if rule.kind == "string" then return "a text" .. range_text(rule, " characters") end
  return plain_wishes[rule.kind] or (rule.kind == "integer" and "a whole number" or "a number") .. range_text(rule)
end

local function in_range(number, rule)
  return number >= (rule.least or number) and number <= (rule.most or number)
end

local function is_date(text)
  local year, month, day = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if not year then return false end
  local date = os.date("!*t", os.time { year = year, month = month, day = day, hour = 12 })
  return date.month == month and date.day == day
end

local function is_time(text)
  local hour, minute = text:match("^(%d%d):(%d%d)$")
  return hour ~= nil and tonumber(hour) < 24 and tonumber(minute) < 60
end

local function characters(text)
  local count = 0
  for piece in text:gmatch("[^\128-\191]+") do count = count + #piece end
  return count
end

local fits = {
  string = function(value, rule) return type(value) == "string" and in_range(characters(value), rule) end,
  integer = function(value, rule)
    return type(value) == "number" and value % 1 == 0 and in_range(value, rule)
  end,
  number = function(value, rule) return type(value) == "number" and in_range(value, rule) end,
  boolean = function(value) return type(value) == "boolean" end,
  date = function(value) return type(value) == "string" and is_date(value) end,
  time = function(value) return type(value) == "string" and is_time(value) end,
  choice = function(value, rule)
    for _, choice in ipairs(rule.choices) do
      if value == choice then return true end
    end
    return false
  end,
}

local function is_list(value)
  return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
end

local function shown(value)
  if type(value) == "table" then return is_list(value) and ("a list of %d items"):format(#value) or "an object" end
  if type(value) ~= "string" then return tostring(value) end
  return #value <= 60 and '"' .. value .. '"' or "a longer text"
end

local check -- (value, rule, place, problems)

local function check_object(value, rule, place, problems)
  local function place_of(name) return place == "" and name or place .. "." .. name end
  for _, name in ipairs(rule.names) do
    local field = rule.fields[name]
    if value[name] ~= nil then
      check(value[name], field, place_of(name), problems)
    elseif not field.optional then
      problems[#problems + 1] = ("`%s` is missing: send %s"):format(place_of(name), wish(field))
    end
  end
  for key in pairs(value) do
    if not rule.fields[key] then
      local there = #rule.names > 0 and "send only `" .. table.concat(rule.names, "`, `") .. "`" or "send {}"
      problems[#problems + 1] = ("there is no `%s`: %s"):format(place_of(tostring(key)), there)
    end
  end
end

function check(value, rule, place, problems)
  if rule.kind == "object" and type(value) == "table" and value[1] == nil then
    return check_object(value, rule, place, problems)
  elseif rule.kind == "list" and is_list(value) and in_range(#value, rule) then
    for i, item in ipairs(value) do check(item, rule.item, place .. "[" .. i .. "]", problems) end
  elseif not fits[rule.kind] or not fits[rule.kind](value, rule) then
    local what = place == "" and "what was sent" or "`" .. place .. "`"
    problems[#problems + 1] = ("%s is %s: send %s"):format(what, shown(value), wish(rule))
  end
end

-- What is wrong with the arguments that a model sent, in words for it; nil if nothing is.
return function(arguments, rule)
  local problems = {}
  check(arguments, rule, "", problems)
  return #problems > 0 and table.concat(problems, "; ") or nil
end
