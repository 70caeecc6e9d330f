#pragma once

#include <cstdint>

struct lua_State;

namespace switchhook::script {

// Adds to the table on top: random, and a randomseed that says why there is none.
//
// The numbers are those of xoshiro256** 1.0 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro256starstar.c), its
// state filled by splitmix64 from `seed`. random() is the upper 53 bits over 2^53; random(m, n) is
// m + floor(random() * (n - m + 1)). Neither may ever change: calls are rebuilt by drawing the same numbers again.
void add_random_functions(lua_State* L, std::uint64_t seed);

}  // namespace switchhook::script
