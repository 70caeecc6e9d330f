local function book_table(opening, args)
  if not opening then return nil, "closed" end
  return { people = args.poeple, at = args.time } --> tool
end

local host = agent {
  instructions = "You are the host.",
  tools = {
    book = {
      about = "Books a table.",
      params = { people = "integer 1..12", time = "time" },
      run = function(args) return book_table(args.people, args) end,
    },
    cancel = {
      about = "Cancels a reservation.",
      run = function(args)
        kv.delete("reservation/" .. args.id) --> tool
      end,
    },
  },
}

return {
  on_call = function(call) call:converse(host) end,
}
