#pragma once

#include <span>

struct lua_State;

namespace switchhook::script {

// Loads those of the engine's own scripts that make mock calls. Each gets what those before it returned, by their
// names, and what was on top of the stack as `host`. Pushes the table with all of it in the host's place. May raise.
void load_test_scripts(lua_State* L, std::span<const char* const> names);

}  // namespace switchhook::script
