#pragma once

#include "core/clock.hpp"

#include <cstddef>

struct lua_State;
struct lua_Debug;

namespace switchhook::script {

// A slice is one run of Lua from an answer to the next ask. These tell C functions about the slice that runs on
// this thread; where none runs they give the defaults of Limits and the start of time.

// True once the slice's CPU budget is spent. A function that loops for long asks every thousand steps or so, and
// calls raise_slice_expired when it is. Costs two loads.
bool slice_expired() noexcept;

// Raises the error that no pcall outlives: every later instruction of the slice raises it again.
[[noreturn]] int raise_slice_expired(lua_State* L);

// The same as a hook of LuaJIT: raises, or takes itself away where a new slice has begun meanwhile.
void raise_if_slice_expired(lua_State* L, lua_Debug*);

// The longest string a flow may build, in bytes (Limits::string_bytes).
std::size_t slice_string_limit() noexcept;

// Raises the error of a string that would be longer: "lexi/flow.lua:12: a string of more than 1048576 bytes: …".
// A flow may catch it; uncaught it ends the run as Failed with the limit "string".
[[noreturn]] int raise_string_limit(lua_State* L);

// The flow's own clock: the time of the latest answer.
core::Time slice_now() noexcept;

}  // namespace switchhook::script
