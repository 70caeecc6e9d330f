#pragma once

struct lua_State;

namespace switchhook::script {

// Adds to the table on top: tostring, rawget, rawset, setmetatable.
void add_base_functions(lua_State* L);

// Adds to the table on top what sandbox/print.lua makes print of: joined_text.
void add_base_parts(lua_State* L);

// Adds to the table on top: concat and insert.
void add_table_functions(lua_State* L);

}  // namespace switchhook::script
