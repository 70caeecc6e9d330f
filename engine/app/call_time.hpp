#pragma once

#include "core/clock.hpp"
#include "script/flow.hpp"
#include "script/time_zone.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace switchhook::app {

// A moment as people write it, in an IANA zone: "Sunday 03:00" (the coming one), "tomorrow 9:30", "today 12:00",
// "03:00" (today), "2026-12-24", "2026-12-24 13:00" or with a T and seconds, and then perhaps its own "Z" or "+02:00".
// Only a clock or only a day may be given; a day alone is its noon.
//
// An error is a sentence for whoever wrote it.
script::ZoneResult<core::Time> read_call_time(std::string_view text, std::string_view zone, core::Time now);

// The same for people: "Sunday, 2026-11-22 03:00, America/New_York". REQUIRES: a zone that there is.
std::string show_call_time(core::Time time, std::string_view zone);

// The time zone of a flow: its setting `zone`, or else the first that its source names, as hours.weekly takes it; UTC
// if it has none. What is no IANA zone, such as a zone of delivery, does not count.
std::string zone_of(const script::Flow& flow, const core::Json& settings);

// A clock that was set to a time when it was made, and goes on from there.
class ShiftedClock final : public core::Clock {
public:
    explicit ShiftedClock(core::Time start) : start_(start) {}
    core::Time now() const override {
        return start_ +
               std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    }

private:
    const core::Time start_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace switchhook::app
