#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace switchhook::core {

// The candidate that a misspelt word most likely meant: at most a third of its letters differ, are missing, too many
// or swapped with a neighbour. Empty if there is none.
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

// What to write instead of an unknown word: `did you mean "flow"?`, or `use one of: account, flow, provider`.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace switchhook::core
