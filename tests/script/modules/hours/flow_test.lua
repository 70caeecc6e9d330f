local it = test.flow("hours")

-- At each moment, in New York, a question has this answer.
local function answers(question, replies)
  return function()
    local moments = {}
    for moment in pairs(replies) do moments[#moments + 1] = moment end
    table.sort(moments)
    for _, moment in ipairs(moments) do
      at(moment, "America/New_York")
      texter:sends(question)
      texter:receives_exactly(replies[moment])
    end
  end
end

it("knows several spans a day", answers("open", {
  ["2026-03-02 08:59"] = "closed",
  ["2026-03-02 09:00"] = "until noon",
  ["2026-03-02 12:00"] = "closed",
  ["2026-03-02 14:00"] = "until five thirty in the afternoon",
  ["2026-03-02 17:30"] = "closed",
}))

it("stays open over midnight", answers("open", {
  ["2026-03-06 17:00"] = "until tomorrow at two at night",
  ["2026-03-07 01:59"] = "until two at night",
  ["2026-03-07 02:00"] = "closed",
  ["2026-03-07 23:00"] = "until tomorrow at three at night", -- the night in which two is three
}))

it("finds the next opening", answers("next", {
  ["2026-03-02 08:00"] = "nine",
  ["2026-03-02 10:00"] = "two in the afternoon",
  ["2026-03-02 18:00"] = "on Friday at five in the afternoon",
  ["2026-03-05 12:00"] = "tomorrow at five in the afternoon",
}))

it("has other hours on holidays", answers("today", {
  ["2026-03-02 08:00"] = "from nine to noon and from two in the afternoon to five thirty in the afternoon",
  ["2026-03-04 08:00"] = "closed",
  ["2026-03-15 08:00"] = "all day",
  ["2026-05-25 08:00"] = "from ten to eleven oh five",
  ["2026-12-25 18:00"] = "closed",
}))

it("keeps the time on the wall when the clocks change", answers("next", {
  ["2026-03-07 03:00"] = "five in the afternoon",
  ["2026-03-08 03:30"] = "tomorrow at nine",
  ["2026-11-01 12:00"] = "tomorrow at nine",
}))

it("names the date of what is a week away", answers("next", {
  ["2026-12-22 12:00"] = "on Saturday at five in the afternoon", -- not on Friday, which is Christmas
}))

it("gives nothing where it never opens", answers("never", { ["2026-03-02 08:00"] = "nil" }))
