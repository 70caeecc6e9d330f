-- The companies that AVNZ answers for. Callers of the shared number say a name or key in a code.
return {
  {
    code = "101",
    name = "Northwind Travel",
    words = { "northwind", "north wind", "travel" },
    voice = "Polly.Amy",
    language = "en-GB",
    answers = {
      { words = { "refund", "money back" }, reply = "Refunds take five working days from the day you cancel." },
      { words = { "luggage", "bag", "suitcase" }, reply = "One bag of up to twenty three kilos is included." },
      { words = { "change", "rebook" }, reply = "You can change a trip on our site until two days before it starts." },
    },
    human_agent = { enabled = true, phone = "+15550131", notify = true, notification_phone = "+15550132" },
  },
  {
    code = "102",
    name = "Harbor Insurance",
    words = { "harbor", "harbour", "insurance" },
    voice = "Google.en-US-Wavenet-F",
    language = "en-US",
    answers = {
      { words = { "claim", "accident" }, reply = "To report a claim, have your policy number and three photos ready." },
      { words = { "pay", "premium", "bill" }, reply = "Premiums are due on the first of the month." },
    },
    human_agent = { enabled = true, phone = "+15550141", notify = false },
  },
  {
    code = "103",
    name = "Pine Books",
    words = { "pine", "books", "bookshop" },
    voice = "Polly.Joanna",
    language = "en-US",
    answers = {
      { words = { "order", "delivery", "shipping" }, reply = "Orders before noon leave on the same day." },
    },
    human_agent = { enabled = false },
  },
}
