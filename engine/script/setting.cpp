#include "script/setting.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/phone_number.hpp"
#include "script/phone_fix.hpp"
#include "script/setting_hours.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace switchhook::script {
namespace {

using core::Json;
using Type = Setting::Type;
using Checked = std::variant<Json, SettingFault>;

constexpr std::array<std::pair<std::string_view, Type>, 7> types = {{{"phone", Type::phone},
                                                                     {"text", Type::text},
                                                                     {"number", Type::number},
                                                                     {"boolean", Type::boolean},
                                                                     {"choice", Type::choice},
                                                                     {"hours", Type::hours},
                                                                     {"voice", Type::voice}}};

constexpr const char* hours_fix = "write \"mon-fri 9:00-12:00, 14:00-17:00; sat 10:00-14:00\"";

std::string shown(const Json& value) {
    if (value.is_structured()) return "a table";
    return core::dump(value);
}

std::string number_text(double number) {
    auto text = Json(number).dump();
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string range_of(const Setting& setting) {
    if (setting.min && setting.max) return "from " + number_text(*setting.min) + " to " + number_text(*setting.max);
    if (setting.min) return "of at least " + number_text(*setting.min);
    return "of at most " + number_text(*setting.max);
}

Checked checked_phone(const Json& value) {
    if (!value.is_string())
        return SettingFault{"is a phone number, not " + shown(value), "write it in quotes: \"+15550100\""};
    const auto& text = value.get_ref<const std::string&>();
    if (core::is_e164(text)) return value;
    return SettingFault{"is no phone number in E.164: " + shown(value), phone_fix(text)};
}

Checked checked_number(const Setting& setting, const Json& value) {
    if (!value.is_number()) return SettingFault{"is a number, not " + shown(value), "write it without quotes"};
    auto number = value.get<double>();
    if ((setting.min && number < *setting.min) || (setting.max && number > *setting.max))
        return SettingFault{"is a number " + range_of(setting) + ", not " + shown(value), "choose one of those"};
    return value;
}

Checked checked_choice(const Setting& setting, const Json& value) {
    const auto& choices = setting.choices;
    auto word = value.is_string() ? value.get<std::string>() : std::string();
    if (!word.empty() && std::find(choices.begin(), choices.end(), word) != choices.end()) return value;
    return SettingFault{"cannot be " + shown(value), core::did_you_mean(word, choices)};
}

Checked checked_hours(const Json& value) {
    if (value.is_string()) {
        auto week = week_of(value.get<std::string>());
        if (auto* fault = std::get_if<std::string>(&week))
            return SettingFault{"is opening hours, and \"" + *fault + "\" is not understood", hours_fix};
        return std::get<Json>(std::move(week));
    }
    if (!value.is_object()) return SettingFault{"is opening hours, not " + shown(value), hours_fix};
    if (auto fault = fault_of_week(value); !fault.empty())
        return SettingFault{"is opening hours, and `" + fault + "` is not understood",
                            "write monday = \"9:00-12:00, 14:00-17:00\", or \"closed\""};
    return value;
}

// The carrier and the model have voices, each with names of their own: whether there is such a one, they know.
Checked checked_voice(const Json& value) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (value.is_string() && !value.get_ref<const std::string&>().empty() &&
        value.get_ref<const std::string&>().find_first_not_of(letters) == std::string::npos)
        return value;
    return SettingFault{"is the name of a voice, not " + shown(value), "write one such as \"Polly.Joanna-Neural\""};
}

Checked checked_text(const Setting& setting, const Json& value) {
    if (!value.is_string())
        return SettingFault{"is a text, not " + (setting.secret ? "that" : shown(value)), "write it in quotes"};
    auto size = value.get_ref<const std::string&>().size();
    if (setting.secret && size < shortest_secret)
        return SettingFault{"is a secret of fewer than " + std::to_string(shortest_secret) + " characters",
                            "take a longer one: each place where it turns up is masked"};
    if (setting.required && size == 0) return SettingFault{"is empty", "write a text"};
    return value;
}

}  // namespace

Checked checked_setting(const Setting& setting, const Json& value) {
    switch (setting.type) {
        case Type::phone:
            return checked_phone(value);
        case Type::number:
            return checked_number(setting, value);
        case Type::choice:
            return checked_choice(setting, value);
        case Type::hours:
            return checked_hours(value);
        case Type::voice:
            return checked_voice(value);
        case Type::text:
            return checked_text(setting, value);
        case Type::boolean:
            if (value.is_boolean()) return value;
            return SettingFault{"is true or false, not " + shown(value), "write it without quotes"};
        case Type::plain:
            break;
    }
    return value;
}

// What is not declared is typed as what the flow itself gives.
Checked typed_setting(const Setting& setting, const std::string& text) {
    const auto& standard = setting.standard;
    auto is = [&](Type type, bool plain) { return setting.type == type || (setting.type == Type::plain && plain); };
    if (is(Type::number, standard.is_number())) {
        double number = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
            return SettingFault{"is a number, not \"" + text + "\"", "write digits only, such as 12 or 0.5"};
        bool whole = std::floor(number) == number && std::abs(number) < 1e15;
        return checked_setting(setting, whole ? Json(static_cast<std::int64_t>(number)) : Json(number));
    }
    if (is(Type::boolean, standard.is_boolean())) {
        if (text == "true" || text == "yes" || text == "on") return Json(true);
        if (text == "false" || text == "no" || text == "off") return Json(false);
        return SettingFault{"is yes or no, not \"" + text + "\"", "write yes or no"};
    }
    if (setting.type == Type::plain && !standard.is_string() && !standard.is_null())
        return SettingFault{"is a table, which only files can hold", "write it into numbers.lua"};
    return checked_setting(setting, text);
}

std::string setting_text(const Setting& setting, const Json& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_number_float()) return number_text(value.get<double>());
    return setting.type == Type::hours && value.is_object() ? text_of_week(value) : core::dump(value);
}

std::optional<Type> setting_type(std::string_view word) {
    for (const auto& [name, type] : types)
        if (name == word) return type;
    return std::nullopt;
}

const std::vector<std::string>& setting_types() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& [name, type] : types) all.emplace_back(name);
        return all;
    }();
    return names;
}

std::string_view name_of(Type type) {
    for (const auto& [name, each] : types)
        if (each == type) return name;
    return "plain";
}

}  // namespace switchhook::script
