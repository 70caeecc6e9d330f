#pragma once

#include <span>
#include <string_view>

namespace switchhook::script {

// A file of scripts/, as it was when the engine was built.
struct EmbeddedScript {
    std::string_view name;  // "call", for scripts/call.lua; "sandbox/gsub"
    std::string_view text;
};

std::span<const EmbeddedScript> embedded_scripts();

}  // namespace switchhook::script
