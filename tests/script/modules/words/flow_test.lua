local it = test.flow("words")

local function gives(results)
  return function()
    for text, result in pairs(results) do
      texter:sends(text)
      texter:receives_exactly(result)
    end
  end
end

it("makes texts plain", gives {
  ["plain: A table, PLEASE!"] = "a table please",
  ["plain: That's  all"] = "thats all",
  ["plain: Grüße"] = "grüße",
})

it("understands numbers", gives {
  ["number: 4, please"] = "4",
  ["number: for twenty two people"] = "22",
  ["number: twenty"] = "20",
  ["number: we are thirty, not five"] = "30",
  ["number: a couple"] = "2",
  ["number: none at all"] = "nil",
})

it("understands yes and no", gives {
  ["yes: Yeah, sure"] = "true",
  ["yes: that is not right"] = "false",
  ["yes: No."] = "false",
  ["yes: I don't think so"] = "false",
  ["yes: maybe"] = "nil",
  ["yes: yesterday"] = "nil",
})

it("chooses by the longest phrase of whole words", gives {
  ["choose: I want to book a table"] = "table",
  ["choose: two tables"] = "table",
  ["choose: book"] = "book",
  ["choose: tablecloth"] = "none",
  ["choose: your opening hours?"] = "hours",
  ["choose: hours"] = "none",
})
