local function greet(line)
  line:say(line.settings.greting) --> missing-setting
end

return {
  settings = { greeting = "Hello!", front_desk = "+15550100" },

  on_call = function(call)
    greet(call)
    call:dial(call.settings.manager, { timeout = 20 }) --> missing-setting
  end,

  on_message = function(message)
    return "Call us at " .. message.settings.phone --> missing-setting
  end,
}
