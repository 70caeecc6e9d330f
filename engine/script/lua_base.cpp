#include "script/lua_base.hpp"

#include "script/lua_text.hpp"
#include "script/read_only.hpp"
#include "script/slice.hpp"

#include <lua.hpp>

#include <string>

namespace switchhook::script {
namespace {

int base_tostring(lua_State* L) {
    luaL_checkany(L, 1);
    push_text_of(L, 1);
    return 1;
}

// What print prints: the arguments' texts with tabs between them.
int joined_text(lua_State* L) {
    std::string text;
    int count = lua_gettop(L);
    for (int i = 1; i <= count; ++i) {
        if (i > 1) text += '\t';
        push_text_of(L, i);
        text += check_text(L, -1);
        lua_pop(L, 1);
    }
    lua_pushlstring(L, text.data(), text.size());
    return 1;
}

// Reads what is behind a read-only table, so that rawget(_G, "x") tells whether there is an x.
int base_rawget(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    bool read_only = push_behind_read_only(L, 1);
    int table = read_only ? 3 : 1;
    lua_pushvalue(L, 2);
    lua_rawget(L, table);
    if (read_only && lua_isnil(L, -1) && lua_type(L, 2) == LUA_TSTRING) push_unmade_field(L, 1, lua_tostring(L, 2));
    return 1;
}

int base_rawset(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (push_behind_read_only(L, 1)) return luaL_error(L, "rawset: this table is the engine's and read-only");
    lua_rawset(L, 1);
    return 1;
}

int base_setmetatable(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnil(L, 2) && !lua_istable(L, 2)) return luaL_typerror(L, 2, "nil or table");
    lua_settop(L, 2);
    if (luaL_getmetafield(L, 1, "__metatable") != 0) return luaL_error(L, "cannot change a protected metatable");
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__mode");
        lua_rawget(L, 2);
        if (!lua_isnil(L, -1))
            return luaL_error(
                L,
                "setmetatable: weak tables (__mode) are not available in flows: what they hold depends on "
                "when memory is collected");
        lua_pop(L, 1);
    }
    lua_setmetatable(L, 1);
    return 1;
}

// Adds up what the parts would give before anything is built.
void check_concat(lua_State* L, std::size_t separator, lua_Integer first, lua_Integer last) {
    std::size_t total = 0;
    for (auto i = first; i <= last; ++i) {
        lua_rawgeti(L, 1, static_cast<int>(i));
        if (lua_isstring(L, -1) == 0)
            luaL_error(L, "invalid value (%s) at index %d in table for 'concat'", luaL_typename(L, -1),
                       static_cast<int>(i));
        total += lua_isnumber(L, -1) != 0 && lua_type(L, -1) == LUA_TNUMBER ? 1 : lua_objlen(L, -1);
        if (i < last) total += separator;
        lua_pop(L, 1);
        if (total > slice_string_limit()) raise_string_limit(L);
        if (i % 1024 == 0 && slice_expired()) raise_slice_expired(L);
    }
}

int table_concat(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    auto separator = lua_isnoneornil(L, 2) ? std::string_view() : check_text(L, 2);
    auto first = luaL_optinteger(L, 3, 1);
    auto last = lua_isnoneornil(L, 4) ? static_cast<lua_Integer>(lua_objlen(L, 1)) : luaL_checkinteger(L, 4);
    check_concat(L, separator.size(), first, last);
    std::string text;
    for (auto i = first; i <= last; ++i) {
        lua_rawgeti(L, 1, static_cast<int>(i));
        text += check_text(L, -1);
        if (i < last) text += separator;
        lua_pop(L, 1);
    }
    if (text.size() > slice_string_limit()) raise_string_limit(L);
    lua_pushlstring(L, text.data(), text.size());
    return 1;
}

// As LuaJIT's, but only within the list: a position of minus a billion would shift for seconds.
int table_insert(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    if (push_behind_read_only(L, 1)) return luaL_error(L, "table.insert: this table is the engine's and read-only");
    auto end = static_cast<int>(lua_objlen(L, 1)) + 1;
    int count = lua_gettop(L);
    if (count == 2) {
        lua_rawseti(L, 1, end);
        return 0;
    }
    if (count != 3) return luaL_error(L, "wrong number of arguments to 'insert'");
    auto position = luaL_checkinteger(L, 2);
    if (position < 1 || position > end) return luaL_argerror(L, 2, "position out of bounds");
    for (int i = end; i > position; --i) {
        lua_rawgeti(L, 1, i - 1);
        lua_rawseti(L, 1, i);
        if (i % 1024 == 0 && slice_expired()) raise_slice_expired(L);
    }
    lua_rawseti(L, 1, static_cast<int>(position));
    return 0;
}

}  // namespace

void add_base_functions(lua_State* L) {
    static const luaL_Reg functions[] = {{"tostring", base_tostring},
                                         {"rawget", base_rawget},
                                         {"rawset", base_rawset},
                                         {"setmetatable", base_setmetatable},
                                         {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

void add_base_parts(lua_State* L) {
    lua_pushcfunction(L, joined_text);
    lua_setfield(L, -2, "joined_text");
}

void add_table_functions(lua_State* L) {
    static const luaL_Reg functions[] = {{"concat", table_concat}, {"insert", table_insert}, {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

}  // namespace switchhook::script
