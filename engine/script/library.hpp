#pragma once

#include <cstdint>

struct lua_State;

namespace switchhook::script {

struct LibraryOptions {
    std::uint64_t seed = 0;            // of math.random: the same for every run of a call
    int (*log)(lua_State*) = nullptr;  // takes what print prints, one string; may yield. None: print is silent
};

// Gives an empty state the standard library of flows: the globals that are allowed, and no others. Everything in
// it is deterministic, can be interrupted and is read-only for authors. REQUIRES: protected code.
//
// Code that is loaded from here on sees the new globals.
void open_library(lua_State* L, const LibraryOptions& options);

// The first value of every lua_yield that is meant for the engine, as a light userdata: it passes through the
// coroutines of the flow. What a flow yields itself never has it.
void* engine_yield_tag() noexcept;

// Makes the value on top a global that authors can read and not change, and pops it. A table becomes read-only
// as the libraries are.
void add_global(lua_State* L, const char* name);

}  // namespace switchhook::script
