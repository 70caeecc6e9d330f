-- It is Monday, 2026-03-02, ten in the morning in New York, unless a test says otherwise.
local it = test.flow("text")

local function gives(question, results)
  return function()
    local texts = {}
    for said in pairs(results) do texts[#texts + 1] = said end
    table.sort(texts)
    for _, said in ipairs(texts) do
      texter:sends(question .. ": " .. said)
      texter:receives_exactly(results[said])
    end
  end
end

local function on(moment)
  return { at = moment, zone = "America/New_York" }
end

it("understands numbers", gives("number", {
  ["4, please"] = "4",
  ["for twenty two people"] = "22",
  ["for twenty-two people"] = "22",
  ["twenty"] = "20",
  ["zero"] = "0",
  ["a hundred"] = "100",
  ["one hundred and five dollars"] = "105",
  ["a hundred twenty"] = "120",
  ["twelve hundred"] = "1200",
  ["two thousand and six"] = "2006",
  ["three million two hundred thousand"] = "3200000",
  ["1,250"] = "1250",
  ["a couple of tickets"] = "2",
  ["a dozen"] = "12",
  ["two dozen"] = "2",
  ["ham and eggs"] = "nil",
  ["a lot"] = "nil",
  ["seven thirty"] = "7",
  ["five and six"] = "5",
  ["none"] = "nil",
  [""] = "nil",
}))

it("understands ordinals", gives("ordinal", {
  ["the third"] = "3",
  ["twenty first"] = "21",
  ["my 3rd visit"] = "3",
  ["the 22nd"] = "22",
  ["thirty-first"] = "31",
  ["thirtieth"] = "30",
  ["third party"] = "3",
  ["three"] = "nil",
}))

it("understands digits", gives("digits", {
  ["five five five, oh one double two"] = "5550122",
  ["555 0122"] = "5550122",
  ["triple nine zero"] = "9990",
  ["twenty twenty"] = "2020",
  ["it is one, two, three"] = "123",
  ["nothing"] = "",
}))

it("understands near days", gives("date", {
  ["today"] = "2026-03-02",
  ["tonight at eight"] = "2026-03-02",
  ["this afternoon"] = "2026-03-02",
  ["tomorrow at seven"] = "2026-03-03",
  ["the day after tomorrow"] = "2026-03-04",
  ["tomorrow week"] = "2026-03-10",
  ["yesterday"] = "2026-03-01",
  ["in three days"] = "2026-03-05",
  ["in a week"] = "2026-03-09",
  ["in two weeks' time"] = "2026-03-16",
  ["two weeks from now"] = "2026-03-16",
  ["a week from tomorrow"] = "2026-03-10",
  ["sometime"] = "nil",
  [""] = "nil",
}))

it("understands weekdays, said on a Monday", gives("date", {
  ["Friday"] = "2026-03-06",
  ["on Friday evening"] = "2026-03-06",
  ["this Friday"] = "2026-03-06",
  ["this coming Friday"] = "2026-03-06",
  ["next Friday"] = "2026-03-13",
  ["Friday next week"] = "2026-03-13",
  ["next week on Friday"] = "2026-03-13",
  ["next week Friday"] = "2026-03-13",
  ["a week from Friday"] = "2026-03-13",
  ["a week on Friday"] = "2026-03-13",
  ["Friday week"] = "2026-03-13",
  ["Monday"] = "2026-03-09",
  ["this Monday"] = "2026-03-02",
  ["next Monday"] = "2026-03-09",
  ["Sunday"] = "2026-03-08",
  ["next Sunday"] = "2026-03-15",
}))

it("understands weekdays, said on a Sunday", on("2026-03-08 12:00"), gives("date", {
  ["Friday"] = "2026-03-13",
  ["next Friday"] = "2026-03-13",
  ["Sunday"] = "2026-03-15",
  ["next Sunday"] = "2026-03-15",
  ["Monday"] = "2026-03-09",
  ["next Monday"] = "2026-03-09",
  ["tomorrow"] = "2026-03-09",
}))

it("understands days of the month", gives("date", {
  ["the third of May"] = "2026-05-03",
  ["third of may"] = "2026-05-03",
  ["3 May"] = "2026-05-03",
  ["May third"] = "2026-05-03",
  ["May the third"] = "2026-05-03",
  ["May 3rd"] = "2026-05-03",
  ["May 3, 2027"] = "2027-05-03",
  ["the twenty first of June twenty twenty seven"] = "2027-06-21",
  ["January first two thousand twenty eight"] = "2028-01-01",
  ["March 2nd"] = "2026-03-02",
  ["March 1st"] = "2027-03-01", -- this year's is over
  ["on the 15th"] = "2026-03-15",
  ["on the first"] = "2026-04-01",
  ["the thirty first"] = "2026-03-31",
  ["3/14"] = "2026-03-14",
  ["12/24/2026"] = "2026-12-24",
  ["1/5/27"] = "2027-01-05",
  ["2026-07-04"] = "2026-07-04",
  ["Christmas Eve"] = "2026-12-24",
  ["on Christmas day"] = "2026-12-25",
  ["New Year's Eve"] = "2026-12-31",
  ["may I come on Friday"] = "2026-03-06",
  ["the second one"] = "nil",
  ["May"] = "nil",
}))

it("writes the day first outside of the United States", gives("european", {
  ["3/4"] = "2026-04-03",
  ["24/12/2026"] = "2026-12-24",
  ["14/13"] = "nil",
}))

it("knows which days there are", gives("date", {
  ["February 29"] = "2028-02-29",
  ["the twenty ninth of February"] = "2028-02-29",
  ["February 29, 2027"] = "nil",
  ["February 30"] = "nil",
  ["the thirty first of April"] = "nil",
  ["13/40"] = "nil",
}))

it("counts over a leap day and over the end of a year", on("2028-02-28 23:59"), gives("date", {
  ["tomorrow"] = "2028-02-29",
  ["the day after tomorrow"] = "2028-03-01",
  ["February 29"] = "2028-02-29",
  ["on the 29th"] = "2028-02-29",
}))

it("counts over the end of a year", on("2026-12-31 12:00"), gives("date", {
  ["tomorrow"] = "2027-01-01",
  ["on the first"] = "2027-01-01",
  ["on the thirtieth"] = "2027-01-30",
  ["next Friday"] = "2027-01-08",
  ["New Year's Day"] = "2027-01-01",
}))

it("counts days in the house's own zone", { at = "2026-03-03 03:00" }, gives("date", { ["today"] = "2026-03-02" }))

it("counts days over the nights in which the clocks change", on("2026-03-07 23:30"), gives("date", {
  ["tomorrow"] = "2026-03-08",
  ["the day after tomorrow"] = "2026-03-09",
}))

it("understands times", gives("time", {
  ["half past five"] = "17:30",
  ["quarter past nine"] = "9:15",
  ["a quarter to six"] = "17:45",
  ["quarter to one"] = "12:45",
  ["twenty past seven"] = "19:20",
  ["ten minutes to eight"] = "19:50",
  ["half seven"] = "19:30",
  ["seven thirty"] = "19:30",
  ["seven oh five"] = "19:05",
  ["nine"] = "9:00",
  ["7"] = "19:00",
  ["7pm"] = "19:00",
  ["7 p.m."] = "19:00",
  ["7:30 am"] = "7:30",
  ["7.30 pm"] = "19:30",
  ["07:30"] = "7:30",
  ["19:30"] = "19:30",
  ["0:15"] = "0:15",
  ["730"] = "19:30",
  ["at 1930"] = "19:30",
  ["twelve"] = "12:00",
  ["12 am"] = "0:00",
  ["12 pm"] = "12:00",
  ["12:30 a.m."] = "0:30",
  ["noon"] = "12:00",
  ["quarter to noon"] = "11:45",
  ["midnight"] = "24:00",
  ["twelve at night"] = "24:00",
  ["one at night"] = "25:00",
  ["nine at night"] = "21:00",
  ["seven o'clock in the morning"] = "7:00",
  ["eight in the evening"] = "20:00",
  ["eight tonight"] = "20:00",
  ["tomorrow morning at seven"] = "7:00",
  ["good morning, a table at seven"] = "19:00",
  ["good evening, seven in the morning"] = "7:00",
  ["I am coming at seven"] = "19:00",
  ["I am coming at seven am"] = "7:00",
  ["seven thirty am"] = "7:30",
  ["from five to seven"] = "17:00",
  ["seven tomorrow morning"] = "7:00",
  ["a table for four at eight"] = "8:00",
  ["around six thirty, for two people"] = "18:30",
  ["at seven twenty people"] = "19:00",
  ["on the third of May at four"] = "16:00",
  ["May 3rd"] = "nil",
  ["four people"] = "nil",
  ["7:75"] = "nil",
  ["25 o'clock"] = "nil",
  [""] = "nil",
}))

it("prefers the half of the day that the flow names", gives("early", {
  ["seven"] = "7:00",
  ["seven pm"] = "19:00",
  ["nine"] = "9:00",
  ["twelve"] = "12:00",
}))

it("takes the time at which the house is open", gives("open", {
  ["tomorrow at nine"] = "21:00",
  ["Sunday at nine"] = "9:00",
  ["on Sunday at seven"] = "19:00", -- closed at either: as without hours
  ["Saturday at eleven"] = "11:00",
  ["Friday at one"] = "25:00",
  ["Friday at twelve"] = "24:00",
  ["Saturday at twelve"] = "12:00",
  ["Friday at seven in the morning"] = "7:00",
}))

it("understands a day and a time", gives("moment", {
  ["a table for 4 people tomorrow at 7pm"] = "2026-03-03 19:00",
  ["tomorrow at seven"] = "2026-03-03 19:00",
  ["on the third of May at half past nine"] = "2026-05-03 09:30",
  ["Friday at midnight"] = "2026-03-07 00:00",
  ["Friday at half past one"] = "2026-03-07 01:30",
  ["next Friday, quarter to eight"] = "2026-03-13 19:45",
  ["tonight at eight"] = "2026-03-02 20:00",
  ["in half an hour"] = "2026-03-02 10:30",
  ["in an hour and a half"] = "2026-03-02 11:30",
  ["in twenty minutes"] = "2026-03-02 10:20",
  ["right now"] = "2026-03-02 10:00",
  ["Friday"] = "no_time",
  ["soon"] = "nothing",
  ["2026-03-03 19:30"] = "2026-03-03 19:30",
}))

it("takes a time alone for the next one", gives("plain", {
  ["at ten thirty"] = "2026-03-02 10:30",
  ["at nine"] = "2026-03-03 09:00",
  ["7 pm"] = "2026-03-02 19:00",
}))

it("takes a time alone for that of a day that is known", gives("given", {
  ["seven"] = "2026-03-06 19:00",
  ["tomorrow at seven"] = "2026-03-03 19:00",
}))

it("finds the moment in the nights in which the clocks change", on("2026-03-07 12:00"), gives("plain", {
  ["tomorrow at 2:30 am"] = "2026-03-08 03:30", -- there is no such time: the clock goes from two to three
  ["tomorrow at 3:30 am"] = "2026-03-08 03:30",
  ["tomorrow at noon"] = "2026-03-08 12:00",
}))

it("takes what comes last for what is meant, where somebody corrects themselves", gives("moment", {
  ["Friday at seven, sorry, eight"] = "2026-03-06 20:00",
  ["on Friday at seven, I mean Saturday"] = "2026-03-07 19:00",
  ["on the 5th at seven, sorry, on the 6th"] = "2026-03-06 19:00",
  ["tomorrow, sorry, Friday, at half past seven"] = "2026-03-06 19:30",
  ["at half past six, rather noon, on Saturday"] = "2026-03-07 12:00",
  ["Sorry, on Friday at seven"] = "2026-03-06 19:00",
  ["Friday at seven, sorry"] = "2026-03-06 19:00",
  ["I mean to come on Friday at eight, sorry for the noise"] = "2026-03-06 20:00",
  ["sorry"] = "nothing",
}))

it("says numbers", gives("say_number", {
  ["0"] = "zero",
  ["13"] = "thirteen",
  ["22"] = "twenty two",
  ["100"] = "one hundred",
  ["105"] = "one hundred five",
  ["2026"] = "two thousand twenty six",
  ["1000000"] = "one million",
  ["-7"] = "minus seven",
}))

it("says ordinals", gives("say_ordinal", {
  ["1"] = "first",
  ["12"] = "twelfth",
  ["20"] = "twentieth",
  ["21"] = "twenty first",
  ["30"] = "thirtieth",
  ["101"] = "one hundred first",
  ["100"] = "one hundredth",
}))

it("says digits", gives("say_digits", {
  ["+1 555 01"] = "plus one, five five five, zero one",
  ["(555) 0100"] = "five five five, zero one zero zero",
  ["4711"] = "four seven one one",
}))

it("says days and times", gives("say_date", {
  ["May 3"] = "Sunday, May third",
  ["January 1st"] = "Friday, January first, two thousand twenty seven",
}))

it("says times", gives("say_time", {
  ["half past five"] = "five thirty in the afternoon",
  ["noon"] = "noon",
  ["midnight"] = "midnight",
  ["nine"] = "nine",
}))
