-- What AVNZ says and understands in each language, and which language somebody speaks.
local words = require "words"

local languages = {}

-- `words` give a language away, `prefixes` are the countries whose callers most likely speak it, and `name` is how
-- one asks for it.
local known = {
  en = {
    name = { "english", "inglés", "ingles", "anglais" },
    words = { "hello", "please", "thank you", "i need", "i want", "i would", "how", "what", "where", "is there" },
    prefixes = {},
    human = { "human", "person", "agent", "representative", "somebody", "operator", "speak to someone" },
    done = { "goodbye", "bye", "thats all", "no thanks", "nothing else", "no thank you" },
    no = { "no", "nope" },
    offer = "For English, say English, or press 8.",
    help = "%s. How can I help you?",
    anything_else = "Is there anything else?",
    again = "I am sorry, could you say that in other words? For a person, press 0.",
    transfer = "I am putting you through.",
    nobody = "Nobody is here to take your call. Please write to us, and we will answer within a day.",
    busy = "All our people are busy. We will call you back.",
    goodbye = "Thank you for calling %s. Goodbye.",
  },
  es = {
    name = { "español", "espanol", "spanish", "espagnol" },
    words = { "hola", "por favor", "gracias", "quiero", "necesito", "quisiera", "cómo", "dónde", "cuánto", "ayuda" },
    prefixes = { "+34", "+52", "+54", "+56", "+57" },
    human = { "humano", "persona", "agente", "alguien", "operador", "operadora" },
    done = { "adiós", "adios", "nada más", "nada mas", "es todo", "eso es todo", "no gracias" },
    no = { "no" },
    offer = "Para español, diga español o marque el 8.",
    help = "%s. ¿En qué puedo ayudarle?",
    anything_else = "¿Algo más?",
    again = "Lo siento, ¿puede decirlo con otras palabras? Para hablar con una persona, marque el 0.",
    transfer = "Le paso con una persona.",
    nobody = "Ahora no hay nadie que pueda atenderle. Escríbanos y le responderemos en un día.",
    busy = "Todos nuestros agentes están ocupados. Le llamaremos.",
    goodbye = "Gracias por llamar a %s. Adiós.",
  },
  fr = {
    name = { "français", "francais", "french", "francés" },
    words = { "bonjour", "merci", "je voudrais", "je veux", "besoin", "sil vous plaît", "comment", "où", "combien" },
    prefixes = { "+33", "+32" },
    human = { "humain", "personne", "agent", "quelquun", "conseiller", "conseillère" },
    done = { "au revoir", "cest tout", "rien dautre", "non merci" },
    no = { "non" },
    offer = "Pour le français, dites français ou appuyez sur le 8.",
    help = "%s. Comment puis-je vous aider?",
    anything_else = "Y a-t-il autre chose?",
    again = "Pardon, pouvez-vous le dire autrement? Pour parler à quelqu'un, appuyez sur le 0.",
    transfer = "Je vous mets en relation.",
    nobody = "Personne ne peut vous répondre. Écrivez-nous, nous vous répondrons sous un jour.",
    busy = "Tous nos conseillers sont occupés. Nous vous rappellerons.",
    goodbye = "Merci d'avoir appelé %s. Au revoir.",
  },
}

--- Gives a company's languages, each with what is said and understood in it: the first is its default.
---@param company table
---@return table[]
function languages.of(company)
  local spoken = {}
  for i, each in ipairs(company.languages) do
    spoken[i] = setmetatable({ language = each.language, voice = each.voice, key = each.language:sub(1, 2) },
      { __index = known[each.language:sub(1, 2)] })
  end
  return spoken
end

--- Gives the language that a caller most likely speaks, by the country that they call from: else the first.
---@param spoken table[]
---@param number string
---@return table
function languages.by_country(spoken, number)
  for _, language in ipairs(spoken) do
    for _, prefix in ipairs(language.prefixes) do
      if number:sub(1, #prefix) == prefix then return language end
    end
  end
  return spoken[1]
end

--- Gives the language that somebody asks for, or speaks: two of its words, or one that says nothing else. Nil where
--- that cannot be told.
---@param spoken table[]
---@param text string
---@return table?
function languages.heard(spoken, text)
  local best, most = nil, 0
  for _, language in ipairs(spoken) do
    if words.choose(text, { { words = language.name } }) then return language end
    local hits = 0
    for _, word in ipairs(language.words) do
      if words.contain(text, word) then hits = hits + 1 end
    end
    if hits > most then best, most = language, hits end
  end
  return best
end

return languages
