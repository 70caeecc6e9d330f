local eval = evaluation.flow("concya", { at = "2026-03-04 18:00", zone = "America/New_York" }) -- a Wednesday

eval "books a table" {
  persona = "You are Ada Byrne, friendly and in a hurry. You say what you want in one sentence.",
  goal = "Reserve a table for four people on Friday of this week at eight in the evening, under your name.",
  expect = function(_, assistant)
    assistant:has_used("book_table", { day = "2026-03-06", time = "20:00", people = 4 })
    store:has("seats/2026-03-06", 4)
    sms:was_sent("+12025550142", "A table for 4 on Friday at eight in the evening")
    call:lasts_at_most(180)
  end,
  judge = {
    "The assistant reads the reservation back: four people, Friday, eight in the evening.",
    "The assistant asks for nothing that the caller has said already.",
  },
  at_least = 0.8,
}

eval "offers another time when the house is closed" {
  persona = "You are Ben, easy-going. Any evening this week suits you, but you first ask for what you want.",
  goal = "Have dinner for two on Thursday at four in the afternoon; where that is not possible, later that evening.",
  expect = function(_, assistant)
    assistant:has_used("book_table", { day = "2026-03-05", people = 2 })
    store:has("seats/2026-03-05", 2)
  end,
  judge = "The assistant says that the house is not open at four, and when it is.",
  at_least = 0.8,
}

eval "brings in a person" {
  persona = "You are Carla. You left your umbrella at the restaurant yesterday, and do not want to talk with a machine.",
  goal = "Speak with somebody about your umbrella.",
  expect = function(_, assistant)
    call:has_rung("+15550101")
    assistant:has_not_used("book_table")
  end,
  judge = "The assistant puts the caller through without arguing.",
  at_least = 0.8,
}
