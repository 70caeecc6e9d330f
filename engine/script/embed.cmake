# Writes scripts/*.lua into one C++ file, so that the binary needs no folder beside it.
file(GLOB lua_scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scripts/*.lua ${CMAKE_SOURCE_DIR}/scripts/*/*.lua)
set(embedded ${CMAKE_BINARY_DIR}/embedded_scripts.cpp)
add_custom_command(
  OUTPUT ${embedded}
  COMMAND ${CMAKE_COMMAND} -DOUT=${embedded} -DROOT=${CMAKE_SOURCE_DIR}/scripts "-DSCRIPTS=${lua_scripts}" -P ${CMAKE_SOURCE_DIR}/engine/script/write_embedded.cmake
  DEPENDS ${lua_scripts} ${CMAKE_SOURCE_DIR}/engine/script/write_embedded.cmake
  COMMENT "Embedding scripts/*.lua"
  VERBATIM)
if(TARGET switchhook_script)
  target_sources(switchhook_script PRIVATE ${embedded})
endif()
