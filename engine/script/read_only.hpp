#pragma once

#include <string_view>

struct lua_State;

namespace switchhook::script {

// Puts an empty table in front of the one on top, through which authors read it and cannot write. `name` is what
// they call it, as "string". Reads cost a look through one metatable.
void make_read_only(lua_State* L, const char* name);

// The same for the table of globals: what is not in it is an error that says what to do.
void make_globals_read_only(lua_State* L);

// What flows use in place of a global that Lua has elsewhere; empty for any other name.
std::string_view instead_of_global(std::string_view name);

// What a read of a library gives that has no such field yet: (the table behind, key). Makes it, or raises what to use
// instead, or gives nil.
int read_absent_field(lua_State* L, const char* library);

// Pushes the table behind the one at `index` and gives true; pushes nothing if it is an author's own.
bool push_behind_read_only(lua_State* L, int index);

// Makes a field of the read-only table at `index` that is made on its first use, and pushes it; pushes nothing if
// there is none of that name. REQUIRES: it is not there yet.
bool push_unmade_field(lua_State* L, int index, const char* field);

// The same as push_behind_read_only once all that is made on its first use is there.
bool push_whole_read_only(lua_State* L, int index);

}  // namespace switchhook::script
