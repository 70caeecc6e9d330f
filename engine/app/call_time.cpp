#include "app/call_time.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/lower_case.hpp"
#include "script/lua_tokens.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <regex>
#include <vector>

namespace switchhook::app {
namespace {

using script::LocalTime;
using script::LuaToken;
using script::ZoneResult;

constexpr std::array weekdays{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
constexpr const char* examples = "write \"Sunday 03:00\", \"tomorrow 9:30\" or \"2026-12-24T13:00\"";

std::int64_t seconds_of(core::Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

core::Time time_of(std::int64_t epoch) {
    return core::Time(std::chrono::seconds(epoch));
}

// How many days ahead a word means, where a clock that is over today means the next week's day; nothing if it is no
// day.
std::optional<int> days_ahead(const std::string& word, const script::ZonedTime& today, bool is_over) {
    if (word.empty() || word == "today") return 0;
    if (word == "tomorrow") return 1;
    auto day = std::ranges::find(weekdays, word);
    if (day == weekdays.end()) return std::nullopt;
    auto ahead = (static_cast<int>(day - weekdays.begin()) + 1 - today.weekday + 7) % 7;
    return ahead == 0 && is_over ? 7 : ahead;
}

bool set_clock(LocalTime& time, const std::smatch& match, std::size_t hour) {
    if (!match[hour].matched) return true;
    time.hour = std::stoi(match[hour]);
    time.minute = std::stoi(match[hour + 1]);
    if (match[hour + 2].matched) time.second = std::stoi(match[hour + 2]);
    return time.hour < 24 && time.minute < 60 && time.second < 60;
}

std::string not_understood(std::string_view text) {
    std::vector<std::string> words(weekdays.begin(), weekdays.end());
    words.insert(words.end(), {"today", "tomorrow"});
    auto first = core::lower_case(std::string(text.substr(0, text.find(' '))));
    auto meant = core::closest(first, words);
    return "`" + std::string(text) + "` is no time: " + (meant.empty() ? examples : "did you mean `" + meant + "`?");
}

// "Z", "+02:00", "-0500" in seconds east of UTC.
int offset_of(const std::string& text) {
    if (text == "z") return 0;
    int seconds = std::stoi(text.substr(1, 2)) * 3600 + std::stoi(text.substr(text.size() - 2)) * 60;
    return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

ZoneResult<core::Time> read_call_time(std::string_view text, std::string_view zone, core::Time now) {
    static const std::string clock = "([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?";
    static const std::regex date("([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[t ]+" + clock +
                                 "(?: *(z|[+-][0-9]{2}:?[0-9]{2}))?)?");
    static const std::regex day("([a-z]*) *(?:" + clock + ")?");

    const auto low = core::lower_case(std::string(text));
    std::smatch match;
    LocalTime time;
    if (std::regex_match(low, match, date)) {
        time = {std::stoi(match[1]), std::stoi(match[2]), std::stoi(match[3])};
        if (!set_clock(time, match, 4) || time.month < 1 || time.month > 12 || time.day < 1 || time.day > 31)
            return "there is no such time as `" + std::string(text) + "`";
        const bool has_offset = match[7].matched;
        auto epoch = script::zone_epoch(time, has_offset ? "UTC" : zone);
        if (!epoch) return epoch.error();
        return time_of(*epoch - (has_offset ? offset_of(match[7]) : 0));
    }
    if (low.empty() || !std::regex_match(low, match, day)) return not_understood(text);
    auto today = script::zone_time(seconds_of(now), zone);
    if (!today) return today.error();
    time = {today->year, today->month, today->day};
    if (!set_clock(time, match, 2)) return "there is no such time as `" + std::string(text) + "`";
    const bool is_over = time.hour * 60 + time.minute < today->hour * 60 + today->minute;
    auto ahead = days_ahead(match[1], *today, is_over);
    if (!ahead) return not_understood(text);
    time.day += *ahead;
    auto epoch = script::zone_epoch(time, zone);
    if (!epoch) return epoch.error();
    return time_of(*epoch);
}

std::string show_call_time(core::Time time, std::string_view zone) {
    auto local = *script::zone_time(seconds_of(time), zone);
    std::string name = weekdays[static_cast<std::size_t>(local.weekday - 1)];
    name[0] = char(name[0] - 'a' + 'A');
    std::array<char, 32> clock;
    std::snprintf(clock.data(), clock.size(), "%04d-%02d-%02d %02d:%02d", local.year, local.month, local.day,
                  local.hour, local.minute);
    return name + ", " + clock.data() + ", " + std::string(zone);
}

std::string zone_of(const script::Flow& flow, const core::Json& settings) {
    auto is_zone = [](const std::string& text) { return script::zone_time(0, text).has_value(); };
    if (auto zone = core::text_of(settings, "zone"); is_zone(zone)) return zone;
    std::vector<const std::string*> texts{&flow.bundle().main.text};
    for (const auto& [name, source] : flow.bundle().modules) texts.push_back(&source.text);
    for (const auto* text : texts) {
        auto tokens = script::lua_tokens(*text);
        for (std::size_t i = 0; i + 2 < tokens.size(); ++i)
            if (tokens[i].is_name("zone") && tokens[i + 1].is_symbol("=") &&
                tokens[i + 2].kind == LuaToken::Kind::string && is_zone(tokens[i + 2].text))
                return tokens[i + 2].text;
    }
    return "UTC";
}

}  // namespace switchhook::app
