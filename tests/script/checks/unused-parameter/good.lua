local function keep(record) kv.set("reservation", record) end

local host = agent {
  instructions = "You are the host.",
  tools = {
    book = {
      about = "Books a table.",
      params = { people = "integer 1..12", name = "string" },
      run = function(args)
        kv.increment("seats", args.people)
        log("booked", { name = args.name })
      end,
    },
    keep = {
      about = "Keeps a reservation.",
      params = { people = "integer 1..12", name = "string" },
      run = function(args) keep(args) end,
    },
  },
}

return {
  on_call = function(call) call:converse(host) end,
}
