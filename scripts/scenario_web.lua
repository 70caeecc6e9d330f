--- A web server on loopback for the requests that flows make, in the words that flow tests have for their `network`.
---
--- ```lua
--- web:replies("GET /slots?day=*", { json = { slots = { "10:00" } } })
--- edit { file = "numbers.lua", replace = "https://booking.example", with = web.url }
--- -- … a call …
--- web:was_sent("POST", "/appointments", { name = "Ann Lee" })
--- ```
---
--- The engine reaches it where it runs with `--allow-private-network`.
local scenario = ...
local refuse, want, want_options, poll = scenario.refuse, scenario.want, scenario.want_options, scenario.poll

--- The web server of a scenario.
---@class ScenarioWeb
---@field url string As `http://127.0.0.1:40123`.
local Web = {}

web = setmetatable({}, {
  __index = function(_, verb)
    if verb == "url" then return scenario.perform("web.url") end
    return Web[verb] or refuse(("web:%s is not known"):format(tostring(verb)))
  end,
})

--- Replies to requests from here on. A later line goes before an earlier one; what no line is for gets 404.
---@param request string Method and path; `*` stands for any text.
---@param reply? { status: integer?, json: any, body: string?, after: number? } Status 200 if not given; `after` so many
--- seconds.
function Web:replies(request, reply)
  local example = 'web:replies("GET /slots?day=*", { json = { slots = {} } })'
  want(request, "string", example)
  reply = want_options(reply, { status = "number", json = "table", body = "string", after = "number" }, example)
  scenario.perform("web.reply", {
    request = request, status = reply.status, json = reply.json, body = reply.body, after = reply.after,
  })
end

-- Whether all of `part` is in `whole`.
local function includes(whole, part)
  if type(part) ~= "table" or type(whole) ~= "table" then return whole == part end
  for key, value in pairs(part) do
    if not includes(whole[key], value) then return false end
  end
  return true
end

--- Was sent a request; one that is still on its way has 5 seconds to come.
---@param method string
---@param path string
---@param json? table What its JSON contains, at least.
function Web:was_sent(method, path, json)
  local example = 'web:was_sent("POST", "/appointments", { name = "Ann Lee" })'
  want(method, "string", example)
  want(path, "string", example)
  local requests
  local found = poll(5, function()
    requests = scenario.perform("web.requests", { request = method .. " " .. path })
    for _, request in ipairs(requests.fitting) do
      if json == nil or includes(request.json, json) then return request end
    end
  end)
  if not found then
    refuse(("expected the web server to be sent %s %s, but it was sent %s"):format(
      method, path, #requests.all > 0 and table.concat(requests.all, ", ") or "nothing"))
  end
  scenario.perform("note", { text = ("the web server is sent %s %s%s"):format(
    method, found.path, found.body ~= "" and " " .. found.body or "") })
end
