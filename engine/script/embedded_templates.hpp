#pragma once

#include "script/embedded.hpp"

namespace switchhook::script {

// What `switchhook new` begins with, the files of scripts/templates: "clinic/flow", "clinic/flow_test", "luarc.json".
std::span<const EmbeddedScript> embedded_templates();

}  // namespace switchhook::script
