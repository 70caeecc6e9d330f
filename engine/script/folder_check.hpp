#pragma once

#include "script/flow_library.hpp"

#include <filesystem>
#include <set>

namespace switchhook::script {

// All that is wrong in a flows folder: what FlowLibrary::check finds, and remarks on numbers.lua. `paths`, relative to
// the root, say of what it is wanted: a flow's folder or file, a shared module (its flows), numbers.lua; none names
// everything.
FlowLibrary::Checked check_folder(const FlowLibrary::Options& options,
                                  const std::set<std::filesystem::path>& paths = {});

}  // namespace switchhook::script
