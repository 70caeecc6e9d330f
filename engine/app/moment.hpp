#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>

namespace switchhook::app {

// What an operator means by a time: "2026-03-02", "2026-03-02 22:30" or "2026-03-02 22:30:05" in UTC, or how long ago:
// "90s", "30m", "2h", "7d". Nothing where it is none of these.
std::optional<core::Time> moment_of(const std::string& text, core::Time now);

}  // namespace switchhook::app
