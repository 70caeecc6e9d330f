#include "script/effective_settings.hpp"

#include "core/json_text.hpp"
#include "core/phone_number.hpp"
#include "core/sealing_key.hpp"
#include "script/compiled_flow.hpp"

#include <utility>

namespace switchhook::script {
namespace {

using core::Json;
using From = SettingValue::From;

// The value that a layer gives, where the flow takes it.
Json value_in(const Json& layer, const std::string& name, const Setting& setting, From from) {
    auto found = layer.find(name);
    if (found == layer.end() || found->is_null()) return nullptr;
    if (setting.secret) return from == From::store && core::is_sealed(*found) ? *found : Json();
    if (core::is_sealed(*found)) return nullptr;
    auto checked = checked_setting(setting, *found);
    return std::holds_alternative<Json>(checked) ? std::get<Json>(std::move(checked)) : Json();
}

}  // namespace

const DeclaredSettings& declared_settings(const Flow& flow) {
    return flow.compiled().declared;
}

std::map<std::string, SettingValue> setting_values(const Flow& flow, const Json& of_number, const Json& kept) {
    std::map<std::string, SettingValue> values;
    const auto& declared = declared_settings(flow);
    if (declared.empty())
        for (const auto& [name, value] : of_number.items()) values[name] = {value, From::numbers};
    for (const auto& [name, setting] : declared) {
        SettingValue value;
        if (!setting.standard.is_null()) value = {setting.standard, From::flow};
        for (auto [layer, from] : {std::pair(&of_number, From::numbers), std::pair(&kept, From::store)})
            if (auto given = value_in(*layer, name, setting, from); !given.is_null()) value = {std::move(given), from};
        values[name] = std::move(value);
    }
    return values;
}

Json effective_settings(const Flow& flow, const Json& of_number, const Json& kept) {
    auto settings = Json::object();
    for (auto& [name, value] : setting_values(flow, of_number, kept))
        if (!value.value.is_null()) settings[name] = std::move(value.value);
    return settings;
}

Json fallback_of(const Flow& flow, const Json& settings) {
    auto fallback = flow.fallback().is_object() ? flow.fallback() : Json::object();
    auto dial = core::text_of(fallback, "dial");
    if (dial.empty() || core::is_e164(dial)) return fallback;
    auto number = core::text_of(settings, dial.c_str());
    if (core::is_e164(number))
        fallback["dial"] = number;
    else
        fallback.erase("dial");
    return fallback;
}

}  // namespace switchhook::script
