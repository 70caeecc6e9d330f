-- Which number runs which flow. A number's settings are laid over the flow's own.
return {
  ["+15550100"] = { flow = "concya" },

  ["+15550110"] = { flow = "avnz" }, -- shared: the caller says or keys in which company they want
  ["+15550111"] = { flow = "avnz", settings = { company = "101" } }, -- Northwind's own number

  ["+15550120"] = { flow = "lakeside_sms" },
}
