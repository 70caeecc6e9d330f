#include "script/read_only.hpp"

#include "script/lazy_values.hpp"

#include <lua.hpp>

#include <span>
#include <string>
#include <string_view>

namespace switchhook::script {
namespace {

// What Lua has elsewhere and flows have not, and what to do instead.
struct Absent {
    std::string_view name;
    const char* instead;
};

constexpr Absent absent_globals[] = {
    {"collectgarbage", "memory is collected by itself"},
    {"debug", "use log, or a flow test"},
    {"dofile", "use require"},
    {"ffi", "use http for what Lua cannot do"},
    {"gcinfo", "memory is collected by itself"},
    {"getfenv", "pass values as arguments"},
    {"io", "use http or kv"},
    {"jit", "the engine decides how flows run"},
    {"load", "use require"},
    {"loadfile", "use require"},
    {"loadstring", "use require"},
    {"module", "return a table from the module's file"},
    {"newproxy", "use a table with a metatable"},
    {"package", "use require"},
    {"setfenv", "pass values as arguments"},
};

constexpr Absent absent_fields[] = {
    {"os.clock", "use os.time"},
    {"os.execute", "use http"},
    {"os.exit", "return from the handler"},
    {"os.getenv", "use call.settings"},
    {"os.remove", "use kv"},
    {"os.rename", "use kv"},
    {"os.setlocale", "texts are bytes, numbers are written with a point"},
    {"os.tmpname", "use kv"},
    {"string.dump", "pass the function itself"},
    {"string.gfind", "use string.gmatch"},
    {"table.foreach", "use for … in pairs(t)"},
    {"table.foreachi", "use for … in ipairs(t)"},
    {"table.getn", "use #t"},
};

const char* find_instead(std::span<const Absent> list, std::string_view name) {
    for (auto& absent : list) {
        if (absent.name == name) return absent.instead;
    }
    return nullptr;
}

// The key as it is said in a message.
const char* shown_key(lua_State* L, int index) {
    return lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : luaL_typename(L, index);
}

// __index of the tables behind: (table, key). Upvalue: the library's name.
int absent_field(lua_State* L) {
    return read_absent_field(L, lua_tostring(L, lua_upvalueindex(1)));
}

int absent_global(lua_State* L) {
    auto name = shown_key(L, 2);
    if (lua_type(L, 2) == LUA_TSTRING && push_lazy_value(L, name, 1)) return 1;
    if (auto instead = find_instead(absent_globals, name))
        return luaL_error(L, "`%s` is not available in flows: %s", name, instead);
    return luaL_error(L, "`%s` is not defined (a misspelt local?)", name);
}

const char name_key = 0;  // its address is the key of the name in a front's metatable, and no author has it

// The name of the read-only table at `index`; pushes nothing if it is an author's own.
bool push_name(lua_State* L, int index) {
    if (lua_getmetatable(L, index) == 0) return false;
    lua_pushlightuserdata(L, const_cast<char*>(&name_key));
    lua_rawget(L, -2);
    lua_remove(L, -2);
    if (lua_isstring(L, -1) != 0) return true;
    lua_pop(L, 1);
    return false;
}

// __newindex: (table, key, value).
int refuse_field(lua_State* L) {
    push_name(L, 1);
    return luaL_error(L, "`%s.%s` is read-only: keep what is yours in a table of your own", lua_tostring(L, -1),
                      shown_key(L, 2));
}

int refuse_global(lua_State* L) {
    auto name = shown_key(L, 2);
    push_behind_read_only(L, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    if (!lua_isnil(L, -1) || push_lazy_value(L, name, lua_gettop(L) - 1))
        return luaL_error(L, "`%s` is the engine's and read-only: write `local %s = …`, or choose another name", name,
                          name);
    if (lua_isfunction(L, 3)) return luaL_error(L, "`%s` is not declared: write `local function %s(…)`", name, name);
    return luaL_error(L, "`%s` is not declared: write `local %s = …`", name, name);
}

// Replaces the table on top by an empty one in front of it, whose writes call `refuse`.
void put_front(lua_State* L, const char* name, lua_CFunction refuse) {
    lua_createtable(L, 0, 0);  // behind, front
    lua_createtable(L, 0, 4);  // behind, front, metatable
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushlightuserdata(L, const_cast<char*>(&name_key));
    lua_pushstring(L, name);
    lua_rawset(L, -3);
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

// What the table on top has not got is looked up by the function on top of it.
void set_absent(lua_State* L) {
    lua_createtable(L, 0, 1);
    lua_insert(L, -2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

bool has_absent_fields(std::string_view library) {
    for (auto& absent : absent_fields) {
        if (absent.name.starts_with(library) && absent.name[library.size()] == '.') return true;
    }
    return false;
}

}  // namespace

void make_read_only(lua_State* L, const char* name) {
    if (has_absent_fields(name)) {
        lua_pushstring(L, name);
        lua_pushcclosure(L, absent_field, 1);
        set_absent(L);
    }
    put_front(L, name, refuse_field);
}

std::string_view instead_of_global(std::string_view name) {
    auto instead = find_instead(absent_globals, name);
    return instead == nullptr ? std::string_view() : instead;
}

void make_globals_read_only(lua_State* L) {
    lua_pushcfunction(L, absent_global);
    set_absent(L);
    put_front(L, "_G", refuse_global);
}

int read_absent_field(lua_State* L, const char* library) {
    if (lua_type(L, 2) == LUA_TSTRING) {
        std::string name = std::string(library) + "." + lua_tostring(L, 2);
        if (push_lazy_value(L, name, 1)) return 1;
        if (auto instead = find_instead(absent_fields, name))
            return luaL_error(L, "`%s` is not available in flows: %s", name.c_str(), instead);
    }
    lua_pushnil(L);
    return 1;
}

bool push_behind_read_only(lua_State* L, int index) {
    if (!push_name(L, index)) return false;
    lua_pop(L, 1);
    lua_getmetatable(L, index);
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    lua_remove(L, -2);
    return true;
}

bool push_unmade_field(lua_State* L, int index, const char* field) {
    push_behind_read_only(L, index);
    push_name(L, index);
    std::string library = lua_tostring(L, -1);
    lua_pop(L, 1);
    bool made = push_lazy_value(L, library == "_G" ? field : library + "." + field, lua_gettop(L));
    lua_remove(L, made ? -2 : -1);
    return made;
}

bool push_whole_read_only(lua_State* L, int index) {
    if (!push_behind_read_only(L, index)) return false;
    push_name(L, index);
    make_lazy_values_of(L, lua_tostring(L, -1), lua_gettop(L) - 1);
    lua_pop(L, 1);
    return true;
}

}  // namespace switchhook::script
