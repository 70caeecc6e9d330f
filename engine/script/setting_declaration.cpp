#include "script/setting_declaration.hpp"

#include "core/did_you_mean.hpp"
#include "core/json_text.hpp"
#include "core/sealing_key.hpp"
#include "script/annotations.hpp"
#include "script/option_check.hpp"

#include <algorithm>

namespace switchhook::script {
namespace {

using core::Json;
using Type = Setting::Type;

bool is_declaration(const Json& given) {
    if (!given.is_object() || given.empty()) return false;
    if (setting_type(core::text_of(given, "type"))) return true;
    const auto* rules = Annotations::embedded().class_named("Setting");
    const auto& members = given.get_ref<const Json::object_t&>();
    return (given.contains("type") || given.contains("default") || given.contains("label")) && rules &&
           std::all_of(members.begin(), members.end(),
                       [&](const auto& member) { return rules->field(member.first) != nullptr; });
}

// What the annotations of the class cannot say.
std::optional<SettingFault> fault_of(const Setting& setting, const Json& given) {
    auto has = [&](const char* member) { return given.contains(member); };
    if (setting.type == Type::choice && setting.choices.empty())
        return SettingFault{"is a choice without choices", "write choices = { \"en-US\", \"es-US\" }"};
    if (setting.type != Type::choice && has("choices"))
        return SettingFault{"has choices, but is no choice", "write type = \"choice\""};
    if (setting.type != Type::number && (has("min") || has("max")))
        return SettingFault{"has `min` or `max`, but is no number", "write type = \"number\""};
    if (setting.min && setting.max && *setting.min > *setting.max)
        return SettingFault{"has a `min` above its `max`", "exchange the two"};
    if (setting.secret && setting.type != Type::text)
        return SettingFault{"is a secret, but no text", "write type = \"text\""};
    if (setting.secret && has("default"))
        return SettingFault{"is a secret, and what stands in a file is none",
                            "take its `default` away and set it with `switchhook settings`"};
    if (setting.required && has("default"))
        return SettingFault{"is required, but is never missing, since it has a default", "take one of the two away"};
    return std::nullopt;
}

}  // namespace

std::variant<Setting, SettingFault> setting_of(const std::string& name, const Json& given) {
    Setting setting;
    if (core::is_sealed(given)) return SettingFault{"has a name that the engine keeps for itself", "choose another"};
    if (!is_declaration(given)) {
        setting.standard = given;
        return setting;
    }
    auto word = core::text_of(given, "type");
    auto type = setting_type(word);
    if (!type && !word.empty())
        return SettingFault{"has no type that there is: \"" + word + "\"", core::did_you_mean(word, setting_types())};
    if (auto complaint = check_table("settings." + name, "Setting", given)) return SettingFault{*complaint, {}};
    setting.type = *type;
    setting.label = given.value("label", "");
    setting.help = given.value("help", "");
    setting.secret = given.value("secret", false);
    setting.required = given.value("required", false);
    if (auto choices = given.find("choices"); choices != given.end() && choices->is_array())
        setting.choices = choices->get<std::vector<std::string>>();
    if (given.contains("min")) setting.min = given["min"].get<double>();
    if (given.contains("max")) setting.max = given["max"].get<double>();
    if (auto fault = fault_of(setting, given)) return *fault;
    auto standard = given.find("default");
    if (standard == given.end()) return setting;
    auto checked = checked_setting(setting, *standard);
    if (auto* fault = std::get_if<SettingFault>(&checked))
        return SettingFault{"as a default " + fault->what, fault->fix};
    setting.standard = std::get<Json>(std::move(checked));
    return setting;
}

}  // namespace switchhook::script
