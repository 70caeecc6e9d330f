-- Speech markup: reads a code out letter by letter, slowly enough to write it down. What the caller hears of it depends
-- on the markup, so its test holds the TwiML against a golden file.
local function spelt(code)
  local ssml = [[<prosody rate="slow"><say-as interpret-as="characters">%s</say-as></prosody>]]
  return "Your code is <break time=\"500ms\"/> " .. ssml:format(code) .. "."
end

return {
  on_call = function(call)
    local code = kv.get("code/" .. call.from)
    if not code then return call:say("There is nothing to pick up for this number. Goodbye.") end
    local again
    repeat
      call:say { ssml = spelt(code), voice = "Polly.Joanna-Neural" }
      again = call:gather { say = "To hear it again, press 1.", digits = 1, timeout = 3 }
    until not again or again.digits ~= "1"
    call:say("Goodbye.")
  end,
}
