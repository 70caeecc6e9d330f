#pragma once

#include <filesystem>
#include <string_view>

namespace switchhook::core {

// Puts a file in place of what was there, whole or not at all, and for its owner only; makes its folder where there is
// none. False if that cannot be done.
bool replace_private_file(const std::filesystem::path& file, std::string_view text);

}  // namespace switchhook::core
