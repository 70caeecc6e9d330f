#include "script/sandbox.hpp"

#include <lua.hpp>

#include <new>

namespace switchhook::script {

void CloseState::operator()(lua_State* L) const noexcept {
    lua_close(L);
}

StatePtr open_state(MemoryCap& memory) {
    StatePtr L(lua_newstate(MemoryCap::allocate, &memory));
    if (!L) throw std::bad_alloc();
    luaJIT_setmode(L.get(), 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
    // LuaJIT does not collect before it refuses an allocation. At the usual pause of 200 a flow whose live data
    // fills half its limit would be refused because of garbage.
    lua_gc(L.get(), LUA_GCSETPAUSE, 110);
    return L;
}

}  // namespace switchhook::script
