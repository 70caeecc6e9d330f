#pragma once

#include "core/json.hpp"
#include "script/setting.hpp"

#include <string>
#include <variant>

namespace switchhook::script {

// What a flow gives for one of its settings: a declaration, as the class Setting in scripts/call.lua has it, or a plain
// value. A table is a declaration if it has a `type` that settings have, or nothing but what declarations have.
std::variant<Setting, SettingFault> setting_of(const std::string& name, const core::Json& given);

}  // namespace switchhook::script
