#include "app/moment.hpp"

#include <cstdlib>
#include <regex>

namespace switchhook::app {
namespace {

std::chrono::seconds unit_of(char letter) {
    if (letter == 's') return std::chrono::seconds(1);
    if (letter == 'm') return std::chrono::minutes(1);
    return letter == 'h' ? std::chrono::seconds(std::chrono::hours(1)) : std::chrono::seconds(std::chrono::days(1));
}

}  // namespace

std::optional<core::Time> moment_of(const std::string& text, core::Time now) {
    static const std::regex ago("([0-9]{1,6})([smhd])");
    static const std::regex date("([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?");
    std::smatch match;
    if (std::regex_match(text, match, ago)) return now - std::stoi(match[1]) * unit_of(text.back());
    if (!std::regex_match(text, match, date)) return std::nullopt;
    auto number = [&](std::size_t i) { return match[i].matched ? std::stoi(match[i]) : 0; };
    auto day = std::chrono::year(number(1)) / number(2) / number(3);
    if (!day.ok() || number(4) > 23 || number(5) > 59 || number(6) > 59) return std::nullopt;
    return core::Time(std::chrono::sys_days(day).time_since_epoch()) + std::chrono::hours(number(4)) +
           std::chrono::minutes(number(5)) + std::chrono::seconds(number(6));
}

}  // namespace switchhook::app
