local it = test.flow("booking", { at = "2026-03-02 08:00", zone = "America/New_York" })

-- Messages and what comes back, in order.
local function goes(steps)
  return function()
    for i = 1, #steps, 2 do
      if steps[i] == "at" then
        at(steps[i + 1], "America/New_York")
      else
        texter:sends(steps[i])
        texter:receives_exactly(steps[i + 1])
      end
    end
  end
end

it("offers what fits into a span, the first of the staff first", goes {
  "slots haircut 2026-03-03", "09:00 ann, 09:30 ann, 10:00 ann, 10:30 ann, 11:00 ann, 13:00 ann, 13:30 ann, 14:00 ann, "
    .. "14:30 ann, 15:00 ann, 15:30 ann, 16:00 ann",
  "slots color 2026-03-03", "09:00 ann, 09:30 ann, 10:00 ann, 10:30 ann, 13:00 ben, 13:30 ben, 14:00 ben, 14:30 ben, "
    .. "15:00 ben, 15:30 ben",
  "slots color 2026-03-03 ben", "13:00 ben, 13:30 ben, 14:00 ben, 14:30 ben, 15:00 ben, 15:30 ben",
  "slots haircut 2026-03-04", "none",
})

it("offers nothing that is over or too soon", goes {
  "at", "2026-03-03 15:00",
  "slots haircut 2026-03-02", "none",
  "slots haircut 2026-03-03", "15:30 ann, 16:00 ann",
  "at", "2026-03-03 15:01",
  "slots haircut 2026-03-03", "16:00 ann",
  "book haircut 2026-03-03 14:00", "past",
  "book haircut 2026-03-03 15:15", "too_soon",
})

it("gives a time away once", goes {
  "book haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "book haircut 2026-03-03 10:00 ann", "taken",
  "book haircut 2026-03-03 10:30 ann", "taken",
  "book haircut 2026-03-03 09:30 ann", "taken",
  "book haircut 2026-03-03 11:00 ann", "5: a haircut with Ann tomorrow at eleven",
  "book haircut 2026-03-03 09:00 ann", "6: a haircut with Ann tomorrow at nine",
  "slots haircut 2026-03-03 ann", "13:00 ann, 13:30 ann, 14:00 ann, 14:30 ann, 15:00 ann, 15:30 ann, 16:00 ann",
})

it("finds somebody else where nobody was asked for", goes {
  "book haircut 2026-03-03 14:00", "1: a haircut with Ann tomorrow at two in the afternoon",
  "book haircut 2026-03-03 14:00", "2: a haircut with Ben tomorrow at two in the afternoon",
  "book haircut 2026-03-03 14:00", "taken",
})

it("keeps a slot's own staff only where they were asked for", goes {
  "first haircut 2026-03-03", "1: a haircut with Ann tomorrow at nine",
  "first haircut 2026-03-03", "2: a haircut with Ann tomorrow at ten",
})

it("refuses what is not open", goes {
  "book haircut 2026-03-04 10:00", "closed",
  "book haircut 2026-03-03 11:30", "closed", -- it would end in the lunch break
  "book haircut 2026-03-03 16:30", "closed",
  "book haircut 2026-03-09 10:00", "closed", -- a holiday
  "book haircut 2026-03-03 08:59", "closed",
  "book haircut 2029-03-05 10:00", "too_far",
})

it("keeps the minutes after a visit free", goes {
  "book wash 2026-03-05 09:00 ann", "1: wash with Ann on Thursday at nine",
  "slots wash 2026-03-05 ann", "10:00 ann, 10:30 ann, 11:00 ann, 11:30 ann",
})

it("serves as many at once as the staff can", goes {
  "slots haircut 2026-03-05 zoe 2", "09:00 zoe 2, 09:30 zoe 2, 10:00 zoe 2, 10:30 zoe 2, 11:00 zoe 2",
  "book haircut 2026-03-05 09:00 zoe", "1: a haircut with zoe on Thursday at nine",
  "book haircut 2026-03-05 09:30 zoe", "2: a haircut with zoe on Thursday at nine thirty",
  "slots haircut 2026-03-05 zoe", "10:00 zoe, 10:30 zoe 2, 11:00 zoe 2",
  "book haircut 2026-03-05 09:30 zoe", "taken",
})

it("has no more of a service than there is", goes {
  "book lamp 2026-03-05 09:00 ann", "1: lamp with Ann on Thursday at nine",
  "book lamp 2026-03-05 09:30", "taken",
  "book lamp 2026-03-05 10:00", "3: lamp with Ann on Thursday at ten",
})

it("counts a night to the evening on which it begins", goes {
  "book haircut 2026-03-07 00:30", "1: a haircut with Ann on Saturday at twelve thirty at night",
  "book haircut 2026-03-07 01:00", "2: a haircut with Ben on Saturday at one at night",
  "book haircut 2026-03-07 00:30", "taken",
})

it("lets a morning begin where the night before ends", goes {
  "slots haircut 2026-03-07", "02:00 ann", -- Friday's night goes to two, Saturday's hours to three
  "book haircut 2026-03-07 01:30", "closed", -- from one day into the next
  "book haircut 2026-03-07 02:00", "1: a haircut with Ann on Saturday at two at night",
})

it("knows the nights in which the clocks change", goes {
  "slots wash 2026-03-08", "00:30 ann, 01:00 ann, 01:30 ann, 03:00 ann, 03:30 ann", -- there is no half past two
  "at", "2026-10-30 12:00",
  "slots wash 2026-11-01", "00:30 ann, 01:00 ann, 01:30 ann, 01:00 ann, 01:30 ann, 02:00 ann, 02:30 ann, 03:00 ann, 03:30 ann",
})

it("knows leap days", goes {
  "at", "2028-02-01 12:00",
  "slots haircut 2028-02-29", "09:00 ann",
  "book haircut 2028-02-29 09:00", "1: a haircut with Ann on Tuesday, February 29 at nine",
  "slots haircut 2028-02-29", "none",
})

it("names the next free times", goes {
  "next haircut 2", "nine or nine thirty",
  "book haircut 2026-03-02 09:00 ann", "1: a haircut with Ann today at nine",
  "next haircut 1", "nine",
  "at", "2026-03-02 15:10",
  "next haircut 3", "four in the afternoon, tomorrow at nine or nine thirty",
  "at", "2026-03-07 00:05",
  "next haircut 2", "one at night or two at night",
})

it("holds a time, and books it when it is confirmed", goes {
  "hold haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "book haircut 2026-03-03 10:00 ann", "taken",
  "mine", "none",
  "confirm 1", "1: a haircut with Ann tomorrow at ten",
  "mine", "1: a haircut with Ann tomorrow at ten",
  "at", "2026-03-02 09:00",
  "get 1", "1: a haircut with Ann tomorrow at ten Bo window",
})

it("gives away what is held for too long", goes {
  "hold haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "at", "2026-03-02 08:02:59",
  "book haircut 2026-03-03 10:00 ann", "taken",
  "at", "2026-03-02 08:03",
  "confirm 1", "expired",
  "book haircut 2026-03-03 10:00 ann", "3: a haircut with Ann tomorrow at ten",
})

it("gives up what is held when it is released", goes {
  "hold haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "release 1", "released",
  "book haircut 2026-03-03 10:00 ann", "2: a haircut with Ann tomorrow at ten",
  "release 2", "released", -- it is booked, not held: it stays
  "get 2", "2: a haircut with Ann tomorrow at ten Ann Lee nil",
})

it("cancels", goes {
  "book haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "cancel 1", "1: a haircut with Ann tomorrow at ten",
  "cancel 1", "not_found",
  "mine", "none",
  "book haircut 2026-03-03 10:00 ann", "2: a haircut with Ann tomorrow at ten",
})

it("leaves nothing behind of a day without visits", function()
  texter:sends("book haircut 2026-03-03 10:00 ann")
  store:has("booking/main/day/2026-03-03")
  texter:sends("cancel 1")
  store:lacks("booking/main/day/2026-03-03")
  store:lacks("booking/main/visit/1")
end)

it("moves a visit within a day and to another", goes {
  "book haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "move 1 haircut 2026-03-03 10:30 ann", "1: a haircut with Ann tomorrow at ten thirty",
  "book haircut 2026-03-03 09:00 ann", "2: a haircut with Ann tomorrow at nine",
  "move 1 haircut 2026-03-05 09:00 ann", "1: a haircut with Ann on Thursday at nine",
  "mine", "2: a haircut with Ann tomorrow at nine; 1: a haircut with Ann on Thursday at nine",
  "book haircut 2026-03-03 10:30 ann", "3: a haircut with Ann tomorrow at ten thirty",
})

it("leaves a visit where it is when it cannot be moved", goes {
  "book haircut 2026-03-03 10:00 ann", "1: a haircut with Ann tomorrow at ten",
  "book haircut 2026-03-05 09:00 ann", "2: a haircut with Ann on Thursday at nine",
  "move 1 haircut 2026-03-05 09:00 ann", "taken",
  "move 1 haircut 2026-03-04 09:00 ann", "closed",
  "move 9 haircut 2026-03-03 10:00 ann", "not_found",
  "get 1", "1: a haircut with Ann tomorrow at ten Ann Lee nil",
})

it("seats as many as there are seats at any one moment", goes {
  "book dinner 2026-03-03 18:00 - 6", "1: a table for 6 tomorrow at six in the evening",
  "slots dinner 2026-03-03 - 4", "18:00 4, 19:00 4, 20:00 10",
  "slots dinner 2026-03-03 - 5", "20:00 10",
  "book drink 2026-03-03 18:00 - 4", "2: drink for 4 tomorrow at six in the evening",
  "book dinner 2026-03-03 19:00 - 4", "3: a table for 4 tomorrow at seven in the evening",
  "slots drink 2026-03-03", "20:00 6, 21:00 10",
})

it("reads dates and times as tools have them", goes {
  "at 2026-03-03 10:00", "2026-03-03 10:00",
  "at 2026-03-03 9:05:30", "2026-03-03 09:05",
  "at 2028-02-29 24:00", "2028-03-01 00:00",
  "at 2026-02-29 10:00", "nil",
  "at 2026-03-03 25:00", "nil",
  "at 2026-13-03 10:00", "nil",
  "at tomorrow 10:00", "nil",
  "at 2026-03-08 02:30", "2026-03-08 03:30", -- the night in which two is three
})

it("reminds everybody once, a day before", function()
  texter:sends("book haircut 2026-03-05 09:00 ann")
  texter:sends("book haircut 2026-03-03 09:00 ann") -- not even a day ahead: they know
  at("2026-03-04 08:59", "America/New_York")
  texter:sends("remind")
  texter:receives_exactly("0")
  at("2026-03-04 09:00", "America/New_York")
  texter:sends("remind")
  texter:receives_exactly("1")
  sms:was_sent("+12025550142", "Reminder: a haircut with Ann tomorrow at nine.")
  texter:sends("remind")
  texter:receives_exactly("0")
end)

it("keeps visits for some days when they are over", function()
  texter:sends("book haircut 2026-03-03 10:00 ann")
  at("2026-03-12 12:00", "America/New_York")
  store:has("booking/main/day/2026-03-03")
  at("2026-03-14 12:00", "America/New_York")
  store:lacks("booking/main/day/2026-03-03")
end)
