#pragma once

#include "script/lazy_values.hpp"

#include <cstdint>
#include <string_view>

struct lua_State;

namespace switchhook::script {

struct LibraryOptions {
    std::uint64_t seed = 0;  // of math.random: the same for every run of a call
};

// Gives an empty state the standard library of flows: the globals that are allowed, and no others. Everything in
// it is deterministic, can be interrupted and is read-only for authors. print calls the global `log`, once there is
// one. REQUIRES: protected code.
//
// Code that is loaded from here on sees the new globals.
void open_library(lua_State* L, const LibraryOptions& options);

// What of it a state makes on its first use.
const LazyValues& library_values() noexcept;

// The first value of every lua_yield that is meant for the engine, as a light userdata: it passes through the
// coroutines of the flow. What a flow yields itself never has it.
void* engine_yield_tag() noexcept;

// Calls a script of scripts/sandbox with the value on top, which its result replaces.
void call_sandbox_script(lua_State* L, std::string_view name);

// Makes the value on top a global that authors can read and not change, and pops it.
void add_global(lua_State* L, const char* name);

// Lets the chunk on top, one of the engine's own, write globals: what it defines is there for authors.
void let_write_globals(lua_State* L);

// Makes every global table read-only that is not yet, as the libraries are.
void protect_globals(lua_State* L);

}  // namespace switchhook::script
