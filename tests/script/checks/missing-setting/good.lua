local function greet(line)
  line:say(line.settings.greeting)
end

return {
  settings = { greeting = "Hello!", front_desk = "+15550100" },

  on_call = function(call)
    greet(call)
    call:say(call.settings.welcome or "Welcome!")
    if call.settings.manager then call:dial(call.settings.manager, { timeout = 20 }) end
    local record = { settings = {} }
    call:say(record.settings.anything or "")
    call:dial(call.settings.front_desk)
  end,
}
