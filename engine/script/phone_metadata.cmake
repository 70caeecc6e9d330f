# Writes the numbering plans that Debian's python3-phonenumbers has into one C++ file. The system's own Python has it,
# whatever other Python comes first in the path.
find_program(SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
execute_process(COMMAND ${SYSTEM_PYTHON} -c "import phonenumbers" RESULT_VARIABLE phonenumbers_missing ERROR_QUIET)
if(phonenumbers_missing)
  message(FATAL_ERROR "${SYSTEM_PYTHON} has no module phonenumbers: install python3-phonenumbers")
endif()
set(phone_metadata ${CMAKE_BINARY_DIR}/phone_metadata.cpp)
add_custom_command(
  OUTPUT ${phone_metadata}
  COMMAND ${SYSTEM_PYTHON} ${CMAKE_SOURCE_DIR}/engine/script/phone_metadata.py ${phone_metadata}
  DEPENDS ${CMAKE_SOURCE_DIR}/engine/script/phone_metadata.py
  COMMENT "Writing the numbering plans of the world"
  VERBATIM)
target_sources(switchhook_script PRIVATE ${phone_metadata})
