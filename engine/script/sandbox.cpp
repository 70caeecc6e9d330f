#include "script/sandbox.hpp"

#include <lua.hpp>

#include <new>

namespace switchhook::script {

lua_State* open_state(MemoryCap& memory) {
    lua_State* L = lua_newstate(MemoryCap::allocate, &memory);
    if (L == nullptr) throw std::bad_alloc();
    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    // LuaJIT does not collect before it refuses an allocation. At the usual pause of 200 a flow whose live data
    // fills half its limit would be refused because of garbage.
    lua_gc(L, LUA_GCSETPAUSE, 110);
    return L;
}

}  // namespace switchhook::script
