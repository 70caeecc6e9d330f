#pragma once

#include "script/code_rules.hpp"
#include "script/numbers.hpp"

#include <map>
#include <string>

namespace switchhook::script {

// Settings that a flow reads, that it does not have itself, and that a number in numbers.lua does not give it.
void find_missing_settings_of_numbers(const Source& source, const Numbers& numbers,
                                      const std::map<std::string, const Bundle*>& flows, Findings& findings);

}  // namespace switchhook::script
