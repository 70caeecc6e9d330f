#pragma once

#include "script/flow_library.hpp"

#include <filesystem>
#include <set>

namespace switchhook::script {

// All that is wrong in a flows folder.
struct FolderCheck {
    Problems problems;     // what keeps something from going live, as FlowLibrary::check gives it
    CodeProblems remarks;  // what does not, by the rules of script/code_rules.hpp: on flows, and on numbers.lua
    Problems evaluations;  // what keeps evaluations from being run, and nothing from going live
};

// Loads the folder as an engine at start would, serves nothing, and looks at its code. `paths`, relative to the root,
// say of what it is wanted: a flow's folder or file, a shared module (its flows), numbers.lua; none names
// everything.
FolderCheck check_folder(const FlowLibrary::Options& options, const std::set<std::filesystem::path>& paths = {});

}  // namespace switchhook::script
