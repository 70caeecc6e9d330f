-- Which number runs which flow. A number's settings are laid over the flow's own.
return {
  ["+15550100"] = { flow = "concya", settings = { assistant = false } }, -- by menu
  ["+15550102"] = "concya", -- an assistant talks with the callers, where a model is configured

  ["+15550110"] = "avnz", -- shared: callers say or key in which company they want
  ["+15550111"] = { flow = "avnz", settings = { company = "101" } }, -- Northwind's own number

  ["+15550120"] = "lakeside_sms",

  ["+15550150"] = "lexi", -- voice and texts

  ["+15550160"] = { flow = "connectflo", provider = "twilio" },
}
