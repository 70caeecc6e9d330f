#pragma once

#include <cstddef>
#include <string_view>

struct lua_State;

namespace switchhook::script {

// The string at `index`, or a number as text, as an argument of the C function that runs.
std::string_view check_text(lua_State* L, int index);

// Pushes what tostring gives for the value at `index`: by its __tostring if it has one, and never an address, so
// that a run prints the same when it is replayed.
void push_text_of(lua_State* L, int index);

}  // namespace switchhook::script
