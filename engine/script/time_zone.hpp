#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace switchhook::script {

// What a clock on a wall shows. In zone_epoch, fields beyond their range carry over: day 32 is in the next month.
struct LocalTime {
    int year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;    // 1 to 31
    int hour = 12;
    int minute = 0;
    int second = 0;
};

// The same with what the calendar and the zone add. Numbered as Lua's os.date("*t") numbers them.
struct ZonedTime : LocalTime {
    int weekday = 1;   // 1 is Sunday
    int year_day = 1;  // 1 to 366
    bool is_dst = false;
    int offset = 0;  // seconds east of UTC
    std::string abbreviation;
};

// An error is a sentence for the flow's author, such as
// `there is no time zone "US/New_York"; did you mean "America/New_York"?`.
template <class T>
using ZoneResult = boost::system::result<T, std::string>;

// The local time of a moment (in s since 1970-01-01 UTC) in an IANA zone, from the system's zoneinfo.
ZoneResult<ZonedTime> zone_time(std::int64_t epoch, std::string_view zone);

// The moment of a local time. What the clocks skip in spring is taken as if they had not been put forward yet, so
// 02:30 is 03:30; what they show twice in autumn is the first of the two.
ZoneResult<std::int64_t> zone_epoch(const LocalTime& local, std::string_view zone);

}  // namespace switchhook::script
