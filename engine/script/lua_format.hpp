#pragma once

struct lua_State;

namespace switchhook::script {

// string.format as Lua 5.1 has it, with tostring for %s, and without %p, whose addresses differ from run to run.
int string_format(lua_State* L);

}  // namespace switchhook::script
