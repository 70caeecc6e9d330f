#pragma once

#include "script/memory.hpp"

#include <memory>

struct lua_State;

namespace switchhook::script {

struct CloseState {
    void operator()(lua_State* L) const noexcept;
};
using StatePtr = std::unique_ptr<lua_State, CloseState>;

// A Lua state without any library: interpreted (a state lives for one call: compiling would never pay, and compiled
// loops ignore the watchdog), and with a collector that keeps up with a hard limit. `memory` must outlive it.
// Throws std::bad_alloc.
StatePtr open_state(MemoryCap& memory);

}  // namespace switchhook::script
