#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace switchhook::app {

// Writes a file in one step: whoever reads it sees what was there before, or all of this. A symlink stays one. Throws
// std::ios_base::failure, or std::filesystem::filesystem_error.
inline void write_file(const std::filesystem::path& path, std::string_view text) {
    auto target = std::filesystem::weakly_canonical(path);
    auto beside = target;
    beside += ".new~";
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(beside, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (std::filesystem::exists(target))
        std::filesystem::permissions(beside, std::filesystem::status(target).permissions());
    std::filesystem::rename(beside, target);
}

}  // namespace switchhook::app
