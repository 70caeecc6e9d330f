local it = test.flow("phone")

local function gives(question, results)
  return function()
    for text, result in pairs(results) do
      texter:sends(question .. ": " .. text)
      texter:receives_exactly(result)
    end
  end
end

it("reads numbers", gives("parse", {
  ["(202) 555-0142"] = "+12025550142 US 1 fixed_line_or_mobile true nil",
  ["202.555.0142 x12"] = "+12025550142 US 1 fixed_line_or_mobile true 12",
  ["011 44 20 7946 0958"] = "+442079460958 GB 44 fixed_line true nil",
  ["+49 151 23456789"] = "+4915123456789 DE 49 mobile true nil",
  ["111 555 0142"] = "+11115550142 US 1 unknown false nil",
  ["hello"] = "not_a_number",
  ["7"] = "too_short",
}))

it("wants a country where there is no +", gives("bare", {
  ["2025550142"] = "no_country",
  ["+1 202 555 0142"] = "+12025550142",
  ["+999 123456"] = "unknown_country",
}))

it("understands numbers that are said", gives("heard", {
  ["two oh two, five five five, oh one four two"] = "+12025550142",
  ["it is 202 555 0142"] = "+12025550142",
  ["two zero two triple five zero one four two"] = "+12025550142",
  ["plus four four two oh seven nine four six oh nine five eight"] = "+442079460958",
  ["one one one five five five oh one four two"] = "nil",
  ["I do not know"] = "nil",
}))

it("tells which numbers are given out", gives("valid", {
  ["202 555 0142"] = "true",
  ["+44 7400 123456"] = "true",
  ["112 555 0142"] = "false",
  ["x"] = "false",
}))

it("knows countries", gives("country", {
  ["+12025550142"] = "US",
  ["+14165550123"] = "CA",
  ["+525512345678"] = "MX",
  ["anonymous"] = "nil",
}))

it("writes numbers", gives("format", {
  ["+12025550142"] = "+1 202-555-0142",
  ["+442079460958"] = "+44 20 7946 0958",
  ["anonymous"] = "anonymous",
}))

it("writes numbers as at home", gives("at_home", {
  ["+12025550142"] = "(202) 555-0142",
  ["+442079460958"] = "+44 20 7946 0958",
}))

it("says numbers", gives("say", {
  ["+12025550142"] = "two zero two, five five five, zero one four two",
  ["4711"] = "four seven one one",
}))

it("says the calling code to those abroad", gives("say_abroad", {
  ["+12025550142"] = "plus one, two zero two, five five five, zero one four two",
  ["+442079460958"] = "zero two zero, seven nine four six, zero nine five eight",
}))

it("compares numbers", gives("same", {
  ["+1 202-555-0142 and (202) 555-0142"] = "true",
  ["(202) 555-0142 and (202) 555-0143"] = "false",
  ["(202) 555-0142 x1 and (202) 555-0142"] = "false",
  ["x and x"] = "false",
}))
