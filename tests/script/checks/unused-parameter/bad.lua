local host = agent {
  instructions = "You are the host.",
  tools = {
    book = {
      about = "Books a table.",
      params = {
        people = "integer 1..12",
        name = "string", --> unused-parameter
      },
      run = function(args) kv.increment("seats", args.people) end,
    },
  },
}

return {
  on_call = function(call) call:converse(host) end,
}
