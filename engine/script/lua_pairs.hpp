#pragma once

struct lua_State;

namespace switchhook::script {

// Adds to the table on top: pairs and next, which go through a table in one order: numbers ascending, then strings
// by bytes, then false and true. LuaJIT's own order differs from run to run, and a replayed flow must not.
//
// While pairs goes on, fields may be changed and removed; ones that are added meanwhile are not visited.
void add_pairs_functions(lua_State* L);

}  // namespace switchhook::script
