#pragma once

#include "app/call_timeline.hpp"

#include <string>

namespace switchhook::app {

// A line for people: `  0:04  caller     presses 1`. `when` stands in the time's place where it is given.
std::string timeline_text(const TimelineEntry& entry, core::Time began, const std::string& when = {});

}  // namespace switchhook::app
