#include "script/time_zone.hpp"

#include "core/did_you_mean.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <vector>

namespace switchhook::script {
namespace {

using std::chrono::seconds;

// Years that every part of the calendar's arithmetic can hold.
constexpr std::int64_t earliest = -62'135'596'800;  // year 1
constexpr std::int64_t latest = 253'402'300'799;    // year 9999

std::string_view last_part(std::string_view zone) {
    return zone.substr(zone.rfind('/') + 1);
}

// "New York", "US/New_York" and "America/NewYork" are all America/New_York: the city counts more than the continent.
std::string zone_meant(std::string_view name, const std::vector<date::time_zone>& zones) {
    std::string wanted(name);
    std::ranges::replace(wanted, ' ', '_');
    std::vector<std::string> names, cities;
    for (const auto& zone : zones) {
        names.push_back(zone.name());
        cities.emplace_back(last_part(zone.name()));
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (cities[i] == last_part(wanted) && names[i] != cities[i]) return names[i];
    // Boston has no zone of its own, and Vostok is not meant.
    if (auto city = core::closest(last_part(wanted), cities);
        !city.empty() && city.front() == last_part(wanted).front())
        return names[static_cast<std::size_t>(std::ranges::find(cities, city) - cities.begin())];
    return core::closest(wanted, names);
}

ZoneResult<const date::time_zone*> find_zone(std::string_view name) try {
    const auto& zones = date::get_tzdb().zones;
    auto found =
        std::ranges::lower_bound(zones, name, {}, [](const auto& zone) -> std::string_view { return zone.name(); });
    if (found != zones.end() && found->name() == name) return &*found;
    auto meant = zone_meant(name, zones);
    return "there is no time zone \"" + std::string(name) + "\"; " +
           (meant.empty() ? "write a continent and a city, such as \"America/New_York\""
                          : "did you mean \"" + meant + "\"?");
} catch (const std::exception&) {
    return std::string("this machine has no list of time zones: install the package tzdata");
}

}  // namespace

ZoneResult<ZonedTime> zone_time(std::int64_t epoch, std::string_view zone) {
    auto found = find_zone(zone);
    if (!found) return found.error();
    if (epoch < earliest + 86'400 || epoch > latest - 86'400) return std::string("that time is beyond the calendar");
    auto info = (*found)->get_info(date::sys_seconds(seconds(epoch)));
    auto local = date::local_seconds(seconds(epoch) + info.offset);
    auto day = date::floor<date::days>(local);
    date::year_month_day calendar(day);
    date::hh_mm_ss clock(local - day);

    ZonedTime time;
    time.year = static_cast<int>(calendar.year());
    time.month = static_cast<int>(static_cast<unsigned>(calendar.month()));
    time.day = static_cast<int>(static_cast<unsigned>(calendar.day()));
    time.hour = static_cast<int>(clock.hours().count());
    time.minute = static_cast<int>(clock.minutes().count());
    time.second = static_cast<int>(clock.seconds().count());
    time.weekday = static_cast<int>(date::weekday(day).c_encoding()) + 1;
    time.year_day = static_cast<int>((day - date::local_days(calendar.year() / 1 / 1)).count()) + 1;
    time.is_dst = info.save != std::chrono::minutes(0);
    time.offset = static_cast<int>(info.offset.count());
    time.abbreviation = info.abbrev;
    return time;
}

ZoneResult<std::int64_t> zone_epoch(const LocalTime& local, std::string_view zone) {
    auto found = find_zone(zone);
    if (!found) return found.error();
    auto months = std::int64_t{local.year} * 12 + local.month - 1;
    auto year = months >= 0 ? months / 12 : (months - 11) / 12;
    if (year < 2 || year > 9998) return std::string("that time is beyond the calendar");
    auto first =
        date::local_days(date::year(static_cast<int>(year)) / static_cast<unsigned>(months - year * 12 + 1) / 1);
    auto wall = first.time_since_epoch() + date::days(static_cast<int>(local.day) - 1) +
                std::chrono::hours(local.hour) + std::chrono::minutes(local.minute) + seconds(local.second);
    auto count = std::chrono::duration_cast<seconds>(wall).count();
    if (count < earliest || count > latest) return std::string("that time is beyond the calendar");
    // Around a change of the clocks, `first` is what held before it.
    auto info = (*found)->get_info(date::local_seconds(seconds(count)));
    return count - info.first.offset.count();
}

}  // namespace switchhook::script
