-- The beginning of a text: at most so many bytes, without a letter of which only a part would be left. With `whole`
-- "sentences" it ends with the last of them that fits, with "words" at least with a word.
return function(text, bytes, whole)
  if #text <= bytes then return text end
  local short = text:sub(1, bytes)
  if text:find("^[\128-\191]", bytes + 1) then short = short:gsub("[\192-\255][\128-\191]*$", "") end
  return whole == "sentences" and short:match("^(.*[%.!?])%s") or whole and short:match("^(.*%S)%s") or short
end
