#pragma once

#include "script/code_rules.hpp"
#include "script/flow.hpp"
#include "script/numbers.hpp"

#include <map>
#include <string>

namespace switchhook::script {

// What can be seen to be wrong in the code of a flow without running it, by the rules of script/code_rules.hpp.
// Meant for a bundle that compiles; a file that does not is passed over.
CodeProblems check_code(const Bundle& bundle);

// The same for numbers.lua, with its entries and the flows by name.
CodeProblems check_numbers_code(const Source& source, const Numbers& numbers,
                                const std::map<std::string, const Bundle*>& flows);

// Those that keep a flow from going live, as problems of loading it.
Problems fatal(const CodeProblems& found);

// The others.
CodeProblems remarks(CodeProblems found);

}  // namespace switchhook::script
