#include "script/setting_hours.hpp"

#include "core/json_text.hpp"
#include "core/lower_case.hpp"
#include "core/trimmed.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <string_view>
#include <vector>

namespace switchhook::script {
namespace {

using core::Json;

constexpr std::array<std::string_view, 7> days = {"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    for (std::size_t from = 0, to = 0; to != std::string::npos; from = to + 1) {
        to = text.find(at, from);
        parts.emplace_back(core::trimmed(std::string_view(text).substr(from, to - from)));
    }
    return parts;
}

// In lower case, and with a plain dash.
std::string simple(std::string text) {
    for (auto at = text.find("–"); at != std::string::npos; at = text.find("–")) text.replace(at, 3, "-");
    return core::lower_case(std::move(text));
}

// "mon" and "monday".
std::optional<std::size_t> day_of(const std::string& word) {
    for (std::size_t i = 0; i < days.size(); ++i)
        if (word == days[i] || (word.size() >= 3 && days[i].starts_with(word))) return i;
    return std::nullopt;
}

bool is_clock(const std::string& text) {
    static const std::regex form(R"(\s*(\d\d?)(?::(\d\d))?\s*(?:([ap])\.?m\.?)?\s*)");
    std::smatch match;
    if (!std::regex_match(text, match, form)) return false;
    auto hour = std::stoi(match[1]), minute = match[2].matched ? std::stoi(match[2]) : 0;
    if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return false;
    return !match[3].matched || (hour >= 1 && hour <= 12);
}

bool are_spans(const std::string& text) {
    auto plain = simple(text);
    if (core::trimmed(plain) == "closed") return true;
    auto parts = split(plain, ',');
    return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
        auto dash = part.find('-');
        return dash != std::string::npos && is_clock(part.substr(0, dash)) && is_clock(part.substr(dash + 1));
    });
}

// "mon-fri 9:00-17:00" into the week. False if it is not understood.
bool take_days(const std::string& part, Json& week) {
    static const std::regex form(R"(\s*([a-z]+)\s*(?:-\s*([a-z]+))?:?\s+(.*))");
    std::smatch match;
    auto plain = simple(part);
    if (!std::regex_match(plain, match, form) || !are_spans(match[3])) return false;
    auto from = day_of(match[1]), to = match[2].matched ? day_of(match[2]) : from;
    if (!from || !to) return false;
    const auto spans = match[3].str();
    for (auto day = *from;; day = (day + 1) % days.size()) {
        week[std::string(days[day])] = std::string(core::trimmed(spans));
        if (day == *to) return true;
    }
}

}  // namespace

std::variant<Json, std::string> week_of(const std::string& text) {
    auto week = Json::object();
    for (const auto& part : split(text, ';'))
        if (!part.empty() && !take_days(part, week)) return part;
    if (week.empty()) return text;
    return week;
}

std::string text_of_week(const Json& week) {
    std::string text;
    for (std::size_t first = 0; first < days.size();) {
        auto hours_of = [&](std::size_t day) { return week.value(std::string(days[day]), ""); };
        auto hours = hours_of(first);
        auto last = first;
        while (last + 1 < days.size() && hours_of(last + 1) == hours) ++last;
        if (!hours.empty()) {
            text += (text.empty() ? "" : "; ") + std::string(days[first].substr(0, 3));
            if (last > first) text += "-" + std::string(days[last].substr(0, 3));
            text += " " + hours;
        }
        first = last + 1;
    }
    return text;
}

std::string fault_of_week(const Json& week) {
    for (const auto& [day, spans] : week.items()) {
        if (std::find(days.begin(), days.end(), day) == days.end()) return day;
        if (!spans.is_string() || !are_spans(spans.get<std::string>())) return day + " = " + core::dump(spans);
    }
    return {};
}

}  // namespace switchhook::script
