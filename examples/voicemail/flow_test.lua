local it = test.flow("voicemail")

it("posts the recording", function(caller)
  caller:hears("after the beep")
  caller:leaves_a_recording { url = "https://recordings.example/7", digits = "#" }
  caller:hears("We will call you back.")
  caller:is_hung_up()
  network:was_sent("POST", "https://office.example/voicemail", {
    json = { from = "+12025550142", recording = "https://recordings.example/7" },
  })
end)

it("posts nothing for silence", function(caller)
  caller:says_nothing()
  caller:hears("We heard nothing.")
  caller:is_hung_up()
  network:was_not_sent("POST", "https://office.example/voicemail")
end)
