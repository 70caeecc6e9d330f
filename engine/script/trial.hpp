#pragma once

#include "core/json.hpp"

#include <set>
#include <string>
#include <string_view>

namespace switchhook::script {

// Which callers of a number get its candidate.
struct Trial {
    unsigned percent = 0;                     // of all callers
    std::set<std::string> test_callers = {};  // E.164

    // The same for the same caller, on every engine and for as long as the trial goes on; who is in at one percentage
    // is in at every higher one. A caller who hides the number never is.
    bool includes(std::string_view flow, std::string_view caller) const;
};

// The numbers under `test_callers` in a flow's settings.
std::set<std::string> test_callers_of(const core::Json& settings);

}  // namespace switchhook::script
