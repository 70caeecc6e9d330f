#pragma once

#include "script/compiled_flow.hpp"
#include "script/problem.hpp"

struct lua_State;

namespace switchhook::script {

// Checks what flow.lua returned (the value on top of the stack, which stays) and notes its handlers, settings and
// fallback in `flow`. Gives every problem it finds. Raises no Lua error.
Problems check_returned(lua_State* L, Flow::Compiled& flow);

}  // namespace switchhook::script
