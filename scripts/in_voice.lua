-- What is said, as options of `say`, in the voice and the language of other options where it has none of its own.
return function(say, options)
  if type(say) ~= "table" then say = { text = say } end
  return {
    text = say.text,
    ssml = say.ssml,
    loop = say.loop,
    voice = say.voice or options.voice,
    language = say.language or options.language,
  }
end
