#pragma once

#include "script/annotations.hpp"

#include <string_view>

namespace switchhook::script {

// Reads a LuaCATS type from the start of `text` and removes it from there. Names of classes and aliases are left
// to be resolved: kind class_, with the name as text. Throws std::runtime_error.
AnnotatedType read_type(std::string_view& text);

// Takes the brackets off the end of a description. Throws std::runtime_error for brackets it does not understand.
Constraints take_constraints(std::string& about);

}  // namespace switchhook::script
