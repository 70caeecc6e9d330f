#pragma once

#include <span>
#include <string_view>

namespace switchhook::twiml {

// The name that was probably meant: few edits away, upper and lower case alike. Empty if none is near.
std::string_view closest_name(std::string_view wanted, std::span<const std::string_view> names);

}  // namespace switchhook::twiml
