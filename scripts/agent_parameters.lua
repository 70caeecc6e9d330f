-- The parameters of a tool: the author's short notation, and the JSON Schema that a model gets. A notation is read into
-- a rule: { kind, optional, about, least, most, item, choices, fields, names }.
--
-- No string.gsub and no math here: they would stay in a call that needs them for nothing else.
local engine = ...

local HELP = 'write a type such as "string: what it is", "integer 1..20", "number", "boolean", "date", "time", '
  .. '"one of: small, large" or "string[]", with ? after it if it may be left out, or a table of these'

local JSON_TYPES = { string = "string", integer = "integer", number = "number", boolean = "boolean", date = "string",
  time = "string" }
local TYPE_NAMES = { "string", "integer", "number", "boolean", "date", "time" }

local read -- (notation, place): the rule

local function refuse(place, notation, what)
  engine.refuse(("agent: `%s` is %s: %s"):format(place, notation, what))
end

local function trimmed(text)
  return text:match("^%s*(.-)%s*$")
end

local function without_marks(text)
  local plain = ""
  for piece in text:gmatch("[^?]+") do plain = plain .. piece end
  return plain
end

local function choices_of(list, place)
  local choices, seen = {}, {}
  for i, choice in ipairs(list) do
    if type(choice) ~= "string" or trimmed(choice) == "" then
      refuse(place, "a list", "its items are texts: { \"small\", \"large\" }")
    end
    choice = trimmed(choice)
    if seen[choice] then refuse(place, "a list", ("%q stands twice in it"):format(choice)) end
    seen[choice], choices[i] = true, choice
  end
  return { kind = "choice", choices = choices }
end

local function choices_in(text, place)
  local list = {}
  for choice in (text .. ","):gmatch("([^,]*),") do list[#list + 1] = choice end
  return choices_of(list, place)
end

-- Reads "1..20", "1.." or "..20"; nothing if it is no range.
local function range_in(text)
  local least, most = text:match("^(%-?%d*%.?%d*)%.%.(%-?%d*%.?%d*)$")
  if not least or (least == "" and most == "") then return nil end
  local from, to = tonumber(least), tonumber(most)
  if (least ~= "" and not from) or (most ~= "" and not to) or (from and to and from > to) then return nil end
  return { from = from, to = to }
end

local function read_text(text, place)
  local mark, choices = text:match("^%s*one of(%??)%s*:(.+)$")
  if choices then
    local rule = choices_in(choices, place)
    rule.optional = mark == "?" or nil
    return rule
  end
  local head, about = text:match("^([^:]*):%s*(.-)%s*$")
  head = head or text
  local shown = ("%q"):format(text)
  local optional = head:find("?", 1, true) ~= nil
  local name, list, rest = without_marks(head):match("^%s*(%a+)(%[?%]?)%s*(.-)%s*$")
  if not name or (list ~= "" and list ~= "[]") then refuse(place, shown, HELP) end
  if not JSON_TYPES[name] then
    refuse(place, shown, ("%q is no type; %s %s"):format(name, engine.did_you_mean(name, TYPE_NAMES), HELP))
  end
  local rule = { kind = name }
  if list ~= "" then rule = { kind = "list", item = rule } end
  if rest ~= "" then
    local range = range_in(rest)
    if not range then
      refuse(place, shown, ('%q is no range; write "%s 1..20", and what it is after a colon'):format(rest, name))
    end
    if rule.kind == "boolean" or rule.kind == "date" or rule.kind == "time" then
      refuse(place, shown, "only numbers, texts (their length) and lists (their items) have a range")
    end
    rule.least, rule.most = range.from, range.to
  end
  rule.optional = optional or nil
  if about and about ~= "" then rule.about = about end
  return rule
end

-- A list of texts is a choice, a list with one table in it is a list of such tables.
local function read_list(list, place)
  if type(list[1]) == "table" then
    if #list > 1 then refuse(place, "a list", "write one table that tells what each of its items is") end
    return { kind = "list", item = read(list[1], place .. "[1]") }
  end
  if #list == 1 and type(list[1]) == "string" and JSON_TYPES[list[1]:match("^%a+") or ""] then
    refuse(place, "a list", ("for a list of them write %q"):format(list[1] .. "[]"))
  end
  return choices_of(list, place)
end

local function read_table(fields, place)
  local rule = { kind = "object", fields = {}, names = {} }
  for key, notation in pairs(fields) do
    if type(key) ~= "string" or not key:find("^[%a_][%w_]*%??$") then
      refuse(place, "a table", "its names are words, as in { date = \"date: the day\" }")
    end
    local name = key:match("^(.-)%??$")
    local field = read(notation, place .. "." .. name)
    if name ~= key then field.optional = true end
    rule.fields[name] = field
    rule.names[#rule.names + 1] = name
  end
  return rule
end

function read(notation, place)
  if type(notation) == "string" then return read_text(notation, place) end
  if type(notation) ~= "table" then refuse(place, "a " .. type(notation), HELP) end
  if notation[1] ~= nil then return read_list(notation, place) end
  return read_table(notation, place)
end

-- ── What the model gets ──────────────────────────────────────────────────────────────────────────────────────────

local function schema_of(rule)
  local schema = { type = JSON_TYPES[rule.kind], description = rule.about }
  if rule.kind == "choice" then
    schema.type, schema.enum = "string", rule.choices
  elseif rule.kind == "list" then
    schema.type, schema.items = "array", schema_of(rule.item)
    schema.minItems, schema.maxItems = rule.least, rule.most
  elseif rule.kind == "object" then
    schema.type, schema.additionalProperties, schema.properties = "object", false, {}
    for _, name in ipairs(rule.names) do
      schema.properties[name] = schema_of(rule.fields[name])
      if not rule.fields[name].optional then
        schema.required = schema.required or {}
        schema.required[#schema.required + 1] = name
      end
    end
  elseif rule.kind == "string" then
    schema.minLength, schema.maxLength = rule.least, rule.most
  elseif rule.kind == "date" or rule.kind == "time" then
    local example = rule.kind == "date" and "YYYY-MM-DD" or "HH:MM, 24 hours"
    schema.description = rule.about and rule.about .. " (" .. example .. ")" or example
  else
    schema.minimum, schema.maximum = rule.least, rule.most
  end
  return schema
end

return {
  -- The rule for a table of parameters, as { date = "date", people = "integer 1..20" }.
  read = function(notation, place)
    if type(notation) ~= "table" or notation[1] ~= nil then
      refuse(place, "a " .. (type(notation) == "table" and "list" or type(notation)),
        "write a table with the parameters' names, as { date = \"date: the day\" }")
    end
    return read_table(notation, place)
  end,
  schema_of = schema_of,
}
