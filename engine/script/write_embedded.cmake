# Run by embed.cmake: -DOUT=file.cpp -DHEADER=file.hpp -DFUNCTION=name -DROOT=folder -DSCRIPTS=list
set(text "#include \"script/${HEADER}\"\n\nnamespace switchhook::script {\nnamespace {\n\nconst EmbeddedScript scripts[] = {\n")
foreach(path ${SCRIPTS})
  file(RELATIVE_PATH name ${ROOT} ${path})
  string(REGEX REPLACE "\\.lua$" "" name ${name})
  # In hex every byte arrives as it is: CMake lists and raw string limits would change some.
  file(READ ${path} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(APPEND text "    {\"${name}\", {\"${escaped}\", ${bytes}}},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\nstd::span<const EmbeddedScript> ${FUNCTION}() {\n    return scripts;\n}\n\n}  // namespace switchhook::script\n")
file(WRITE ${OUT} "${text}")
