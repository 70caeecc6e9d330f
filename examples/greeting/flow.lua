-- The smallest flow: a greeting, and a person.
return {
  settings = { front_desk = "+15550100" },

  on_call = function(call)
    call:say("Hello, and welcome!")
    call:dial(call.settings.front_desk)
  end,
}
