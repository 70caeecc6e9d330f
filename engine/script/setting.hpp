#pragma once

#include "core/json.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchhook::script {

// One setting of a flow: what may differ from number to number.
struct Setting {
    enum class Type {
        plain,  // not declared: the flow gives a value and no more
        text,
        phone,    // E.164
        number,   // from `min` to `max`
        boolean,  // true or false
        choice,   // one of `choices`
        hours,    // a week's opening hours by weekday, as hours.weekly takes them
        voice,    // a voice's name
    };

    Type type = Type::plain;
    core::Json standard = nullptr;  // where nothing is set; null: then it is missing
    std::string label = {};         // what a form calls it
    std::string help = {};
    bool secret = false;    // kept in the store only, and sealed there
    bool required = false;  // a number without it does not go live
    std::vector<std::string> choices = {};
    std::optional<double> min = {};
    std::optional<double> max = {};
    int line = 0;  // where the flow names it
};

using DeclaredSettings = std::map<std::string, Setting, std::less<>>;  // by name

// What is wrong with a value, for people: {"is no phone number in E.164: \"555\"", "write …"}.
struct SettingFault {
    std::string what;
    std::string fix;
};

// The value in the form in which a flow gets it, or what is wrong with it: hours may be a text in a file.
std::variant<core::Json, SettingFault> checked_setting(const Setting& setting, const core::Json& value);
// The same for a value as it is typed: "+15550100", "12.5", "yes", "mon-fri 9:00-17:00; sat 10:00-14:00".
std::variant<core::Json, SettingFault> typed_setting(const Setting& setting, const std::string& text);
// The value as it is typed.
std::string setting_text(const Setting& setting, const core::Json& value);

// "phone", and nothing for a word that is no type.
std::optional<Setting::Type> setting_type(std::string_view word);
const std::vector<std::string>& setting_types();
std::string_view name_of(Setting::Type type);

// What a secret has at least: what is shorter would be found in any text.
constexpr std::size_t shortest_secret = 4;

}  // namespace switchhook::script
