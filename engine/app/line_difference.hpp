#pragma once

#include <string>
#include <string_view>

namespace switchhook::app {

// Two texts line by line, with "  " before the lines of both, "- " before those of `old_text` alone and "+ " before
// those of `new_text` alone: as few of them as there can be.
std::string line_difference(std::string_view old_text, std::string_view new_text);

}  // namespace switchhook::app
