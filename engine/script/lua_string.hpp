#pragma once

struct lua_State;

namespace switchhook::script {

// Adds to the table on top: find, match, gmatch, rep, format. They do as Lua 5.1's, can be interrupted, and build no
// string above slice_string_limit().
void add_string_functions(lua_State* L);

// Adds to the table on top what sandbox/gsub.lua makes gsub of: gsub_text and find_next.
void add_string_parts(lua_State* L);

}  // namespace switchhook::script
