#pragma once

#include "script/code_rules.hpp"

#include <functional>

namespace switchhook::script {

// Calls `visit` with every table that a flow gives to a function of the engine, and with the class that is wanted
// there; tables in tables included.
void visit_options(const ReadFlow& flow, const std::function<void(Code table, const AnnotatedClass& rules)>& visit);

}  // namespace switchhook::script
