#pragma once

#include <string>

namespace switchhook::app {

// Who gets a candidate: "test callers", "10 % of the callers".
inline std::string trial_text(unsigned percent) {
    return percent == 0 ? "test callers" : std::to_string(percent) + " % of the callers";
}

}  // namespace switchhook::app
