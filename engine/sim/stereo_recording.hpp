#pragma once

#include "core/errc.hpp"

#include <filesystem>
#include <string_view>

namespace switchhook::sim {

// Writes two voices, µ-law at 8 kHz, into a WAV file with one in each ear; its folders are made where they are missing.
// Errc::not_found where it cannot be written, unavailable where not all of it can.
core::Result<void> write_stereo(const std::filesystem::path& file, std::string_view left, std::string_view right);

}  // namespace switchhook::sim
