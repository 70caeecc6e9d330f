#include "script/lua_pairs.hpp"

#include "script/read_only.hpp"
#include "script/slice.hpp"

#include <boost/container/small_vector.hpp>
#include <lua.hpp>

#include <algorithm>
#include <string_view>

namespace switchhook::script {
namespace {

enum class Kind : char { number, text, boolean };

struct Key {
    Kind kind;
    double number = 0;      // false is 0, true is 1
    std::string_view text;  // lives as long as the key is in its table

    bool operator<(const Key& other) const {
        if (kind != other.kind) return kind < other.kind;
        return kind == Kind::text ? text < other.text : number < other.number;
    }
};

using Keys = boost::container::small_vector<Key, 32>;

// The key at `index`; raises for one that has no order.
Key key_at(lua_State* L, int index, const char* function) {
    switch (lua_type(L, index)) {
        case LUA_TNUMBER:
            return {Kind::number, lua_tonumber(L, index), {}};
        case LUA_TBOOLEAN:
            return {Kind::boolean, static_cast<double>(lua_toboolean(L, index)), {}};
        case LUA_TSTRING: {
            std::size_t size = 0;
            const char* data = lua_tolstring(L, index, &size);
            return {Kind::text, 0, {data, size}};
        }
        default:
            luaL_error(L,
                       "%s: a %s is a key of this table, and such keys have no order that is always the same: use a "
                       "string or a number as the key, and keep the %s in the value",
                       function, luaL_typename(L, index), luaL_typename(L, index));
            __builtin_unreachable();
    }
}

void push_key(lua_State* L, const Key& key) {
    switch (key.kind) {
        case Kind::number:
            return lua_pushnumber(L, key.number);
        case Kind::boolean:
            return lua_pushboolean(L, key.number != 0);
        case Kind::text:
            return lua_pushlstring(L, key.text.data(), key.text.size());
    }
}

// Calls `visit` with every key of the table at 1.
template <class Visit>
void each_key(lua_State* L, const char* function, Visit visit) {
    int steps = 0;
    lua_pushnil(L);
    while (lua_next(L, 1) != 0) {
        lua_pop(L, 1);
        visit(key_at(L, -1, function));
        if (++steps % 1024 == 0 && slice_expired()) raise_slice_expired(L);
    }
}

// False if the slice ended meanwhile.
bool sort(Keys& keys) {
    struct Expired {};
    int steps = 0;
    try {
        std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
            if (++steps % 1024 == 0 && slice_expired()) throw Expired();
            return a < b;
        });
    } catch (const Expired&) {
        return false;
    }
    return true;
}

// The table at 1 gives way to the one behind it, if it is read-only.
void check_table(lua_State* L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    if (push_whole_read_only(L, 1)) lua_replace(L, 1);
}

// Upvalues: the keys in order, the index of the last one given, their number.
int pairs_next(lua_State* L) {
    auto count = lua_tointeger(L, lua_upvalueindex(3));
    for (auto i = lua_tointeger(L, lua_upvalueindex(2)) + 1; i <= count; ++i) {
        lua_rawgeti(L, lua_upvalueindex(1), static_cast<int>(i));
        lua_pushvalue(L, -1);
        lua_rawget(L, lua_upvalueindex(4));
        if (!lua_isnil(L, -1)) {
            lua_pushinteger(L, i);
            lua_replace(L, lua_upvalueindex(2));
            return 2;
        }
        lua_pop(L, 2);
        if (i % 1024 == 0 && slice_expired()) raise_slice_expired(L);
    }
    return 0;
}

int pairs(lua_State* L) {
    check_table(L);
    lua_settop(L, 1);
    Keys keys;
    bool sorted = true;
    each_key(L, "pairs", [&](const Key& key) {
        sorted = sorted && (keys.empty() || keys.back() < key);
        keys.push_back(key);
    });
    if (!sorted && !sort(keys)) raise_slice_expired(L);
    lua_createtable(L, static_cast<int>(keys.size()), 0);
    int index = 0;
    for (auto& key : keys) {
        push_key(L, key);
        lua_rawseti(L, -2, ++index);
    }
    lua_pushinteger(L, 0);
    lua_pushinteger(L, index);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, pairs_next, 4);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

int next(lua_State* L) {
    check_table(L);
    lua_settop(L, 2);
    bool from_start = lua_isnil(L, 2);
    Key after = from_start ? Key{} : key_at(L, 2, "next");
    Key best{};
    bool found = false;
    each_key(L, "next", [&](const Key& key) {
        if (!from_start && !(after < key)) return;
        if (found && !(key < best)) return;
        best = key;
        found = true;
    });
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    push_key(L, best);
    lua_pushvalue(L, -1);
    lua_rawget(L, 1);
    return 2;
}

}  // namespace

void add_pairs_functions(lua_State* L) {
    static const luaL_Reg functions[] = {{"pairs", pairs}, {"next", next}, {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

}  // namespace switchhook::script
