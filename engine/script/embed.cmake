# Writes files of scripts/ into C++, so that the binary needs no folder beside it: `function` of script/`header` gives them.
function(embed out header function root)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DHEADER=${header} -DFUNCTION=${function} -DROOT=${root} "-DSCRIPTS=${ARGN}" -P ${CMAKE_SOURCE_DIR}/engine/script/write_embedded.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/engine/script/write_embedded.cmake
    COMMENT "Embedding ${root}"
    VERBATIM)
  if(TARGET switchhook_script)
    target_sources(switchhook_script PRIVATE ${out})
  endif()
endfunction()

set(scripts ${CMAKE_SOURCE_DIR}/scripts)
file(GLOB lua_scripts CONFIGURE_DEPENDS ${scripts}/*.lua ${scripts}/*/*.lua)
embed(${CMAKE_BINARY_DIR}/embedded_scripts.cpp embedded.hpp embedded_scripts ${scripts} ${lua_scripts})

file(GLOB templates CONFIGURE_DEPENDS ${scripts}/templates/*.json ${scripts}/templates/*/*.lua)
embed(${CMAKE_BINARY_DIR}/embedded_templates.cpp embedded_templates.hpp embedded_templates ${scripts}/templates ${templates})
