#include "script/test_scripts.hpp"

#include "script/bytecode.hpp"
#include "script/library.hpp"

#include <lua.hpp>

namespace switchhook::script {

void load_test_scripts(lua_State* L, std::span<const char* const> names) {
    lua_newtable(L);
    lua_insert(L, -2);
    int parts = lua_gettop(L) - 1;
    lua_setfield(L, parts, "host");
    for (const auto* name : names) {
        auto* script = find_engine_script(name);
        if (script == nullptr) luaL_error(L, "scripts/%s.lua is missing", name);
        auto& code = script->bytecode;
        if (luaL_loadbuffer(L, code.data(), code.size(), script->chunk_name.c_str()) != 0) lua_error(L);
        lua_pushvalue(L, parts);
        lua_call(L, 1, 1);
        lua_setfield(L, parts, name);
    }
}

}  // namespace switchhook::script
