-- The companies that AVNZ answers for. Callers of the shared number say a name or key in a code.
--
-- `languages`: the first is what a company answers in by default. `answers`: a reply in each of its languages.
return {
  {
    code = "101",
    name = "Northwind Travel",
    words = { "northwind", "north wind", "travel" },
    languages = { { language = "en-GB", voice = "Polly.Amy" }, { language = "es-ES", voice = "Polly.Lucia" } },
    answers = {
      { words = { "refund", "money back", "reembolso", "devolución" },
        en = "Refunds take five working days from the day you cancel.",
        es = "Los reembolsos tardan cinco días hábiles desde la cancelación." },
      { words = { "luggage", "bag", "suitcase", "equipaje", "maleta" },
        en = "One bag of up to twenty three kilos is included.",
        es = "Una maleta de hasta veintitrés kilos está incluida." },
      { words = { "change", "rebook", "cambiar" },
        en = "You can change a trip on our site until two days before it starts.",
        es = "Puede cambiar un viaje en nuestra página hasta dos días antes de su comienzo." },
    },
    human_agent = { enabled = true, phone = "+15550131", notify = true, notification_phone = "+15550132" },
  },
  {
    code = "102",
    name = "Harbor Insurance",
    words = { "harbor", "harbour", "insurance" },
    languages = { { language = "en-US", voice = "Google.en-US-Wavenet-F" } },
    answers = {
      { words = { "claim", "accident" }, en = "To report a claim, have your policy number and three photos ready." },
      { words = { "pay", "premium", "bill" }, en = "Premiums are due on the first of the month." },
    },
    human_agent = { enabled = true, phone = "+15550141", notify = false },
  },
  {
    code = "103",
    name = "Pine Books",
    words = { "pine", "books", "bookshop" },
    languages = { { language = "fr-CA", voice = "Polly.Gabrielle-Neural" }, { language = "en-US", voice = "Polly.Joanna" } },
    answers = {
      { words = { "order", "delivery", "shipping", "commande", "livraison" },
        en = "Orders before noon leave on the same day.",
        fr = "Les commandes passées avant midi partent le jour même." },
    },
    human_agent = { enabled = false },
  },
}
