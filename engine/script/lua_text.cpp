#include "script/lua_text.hpp"

#include <lua.hpp>

namespace switchhook::script {
namespace {

constexpr int max_depth = 100;

// How many __tostring are being called within each other on this thread: each takes its part of the C stack.
class Depth {
public:
    Depth() { ++depth; }
    ~Depth() { --depth; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

    static thread_local int depth;
};

thread_local int Depth::depth = 0;

}  // namespace

std::string_view check_text(lua_State* L, int index) {
    std::size_t size = 0;
    const char* data = luaL_checklstring(L, index, &size);
    return {data, size};
}

void push_text_of(lua_State* L, int index) {
    if (index < 0) index = lua_gettop(L) + index + 1;
    if (luaL_getmetafield(L, index, "__tostring") != 0) {
        if (Depth::depth >= max_depth) luaL_error(L, "tostring: __tostring calls itself more than %d deep", max_depth);
        Depth depth;
        lua_pushvalue(L, index);
        lua_call(L, 1, 1);
        if (lua_isstring(L, -1) == 0) luaL_error(L, "'__tostring' must return a string");
        return;
    }
    switch (lua_type(L, index)) {
        case LUA_TNIL:
            return lua_pushliteral(L, "nil");
        case LUA_TBOOLEAN:
            return lua_toboolean(L, index) != 0 ? lua_pushliteral(L, "true") : lua_pushliteral(L, "false");
        case LUA_TNUMBER:
            lua_pushvalue(L, index);
            lua_tolstring(L, -1, nullptr);
            return;
        case LUA_TSTRING:
            return lua_pushvalue(L, index);
        default:
            lua_pushfstring(L, "<%s>", luaL_typename(L, index));
    }
}

}  // namespace switchhook::script
