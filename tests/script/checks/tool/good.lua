local function book_table(opening, args)
  if not opening then return nil, "closed" end
  return { people = args.people, at = args.time, note = args.note }
end

local host = agent {
  instructions = "You are the host.",
  tools = {
    book = {
      about = "Books a table.",
      params = { people = "integer 1..12", time = "time", ["note?"] = "string" },
      run = function(args) return book_table(true, args) end,
    },
    cancel = {
      about = "Cancels a reservation.",
      params = { id = "string" },
      run = function(args) kv.delete("reservation/" .. args.id) end,
    },
    note = {
      about = "Keeps whatever it is given.",
      params = { one = "string", two = "string" },
      run = function(args) kv.set("note", args) end,
    },
    agent.hangup,
  },
}

return {
  on_call = function(call) call:converse(host) end,
}
