#pragma once

#include "script/memory.hpp"

struct lua_State;

namespace switchhook::script {

// A Lua state without any library: interpreted (a state lives for one call: compiling would never pay, and compiled
// loops ignore the watchdog), and with a collector that keeps up with a hard limit.
//
// It lives until `memory` goes and takes all of it along. Nothing may be put into it that needs a finalizer: none runs.
// Throws std::bad_alloc.
lua_State* open_state(MemoryCap& memory);

}  // namespace switchhook::script
