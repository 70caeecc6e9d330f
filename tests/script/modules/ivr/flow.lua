local ivr = require "ivr"

return {
  settings = { menu = {} },

  on_call = function(call)
    local menu = {
      say = "Red or blue?",
      choices = {
        { key = "1", words = { "red" }, name = "red", run = function(_, answer)
          call:say("Red it is, by " .. (answer.digits and "key" or "word"))
        end },
        { key = "2", words = { "blue", "dark blue" } },
      },
    }
    for name, value in pairs(call.settings.menu) do menu[name] = value end
    local name, reason = ivr.menu(call, menu)
    call:say("Chose " .. tostring(name) .. ", " .. tostring(reason))
    if name == "2" then
      local sure = ivr.confirm(call, { say = "Sure?", tries = 2 })
      call:say("Sure: " .. tostring(sure))
    end
  end,
}
