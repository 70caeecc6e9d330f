#pragma once

#include "core/json.hpp"
#include "script/flow.hpp"
#include "script/setting.hpp"

#include <map>
#include <string>

namespace switchhook::script {

const DeclaredSettings& declared_settings(const Flow& flow);

// A setting's value, and who gave it. A secret's is sealed.
struct SettingValue {
    enum class From { nobody, flow, numbers, store };
    core::Json value = nullptr;
    From from = From::nobody;
};

// What a flow's settings are for a number: what the flow says, what numbers.lua says over it, what was set in the store
// over that. Of the latter two only what the flow knows and takes; a flow without settings takes all of numbers.lua.
std::map<std::string, SettingValue> setting_values(const Flow& flow, const core::Json& of_number,
                                                   const core::Json& kept);

// The same as a call gets them. What has no value is not there.
core::Json effective_settings(const Flow& flow, const core::Json& of_number, const core::Json& kept);

// A flow's fallback in a call with these settings, {dial=, say=}: `dial` is a phone number, or not there. An empty
// object where the flow has none.
core::Json fallback_of(const Flow& flow, const core::Json& settings);

}  // namespace switchhook::script
