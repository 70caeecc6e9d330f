#pragma once

#include <span>
#include <string_view>

namespace switchhook::script {

// A file of scripts/, as it was when the engine was built.
struct EmbeddedScript {
    std::string_view name;  // "call", for scripts/call.lua; "sandbox/gsub"
    std::string_view text;
};

// The engine's own Lua: what flows may require, and what they run in.
std::span<const EmbeddedScript> embedded_scripts();

// What `switchhook new` begins with, the files of scripts/templates: "clinic/flow", "clinic/flow_test", "luarc.json".
std::span<const EmbeddedScript> embedded_templates();

}  // namespace switchhook::script
