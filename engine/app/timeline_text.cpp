#include "app/timeline_text.hpp"

#include "app/past_calls.hpp"

#include <sstream>

namespace switchhook::app {

std::string timeline_text(const TimelineEntry& entry, core::Time began, const std::string& when) {
    std::ostringstream line;
    line.width(7);
    line << (when.empty() ? length_text(entry.at - began) : when);
    line << "  ";
    line.width(9);
    line << std::left << entry.deed.who << "  " << entry.deed.what;
    if (!entry.where.empty()) line << "  (" << entry.where << ")";
    return line.str();
}

}  // namespace switchhook::app
