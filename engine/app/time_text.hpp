#pragma once

#include "core/clock.hpp"

#include <string>

namespace switchhook::app {

// As 2026-03-02 22:30:05, in UTC.
std::string time_text(core::Time time);

}  // namespace switchhook::app
