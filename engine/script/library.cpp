#include "script/library.hpp"

#include "script/bytecode.hpp"
#include "script/lazy_values.hpp"
#include "script/lua_base.hpp"
#include "script/lua_json_library.hpp"
#include "script/lua_os.hpp"
#include "script/lua_pairs.hpp"
#include "script/lua_random.hpp"
#include "script/lua_string.hpp"
#include "script/read_only.hpp"

#include <lua.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace switchhook::script {
namespace {

using Names = std::span<const std::string_view>;

// LuaJIT's own functions that flows get as they are. Nothing else of LuaJIT's is left.
constexpr std::string_view base_names[] = {"_VERSION", "assert", "error",    "getmetatable", "ipairs", "pcall",
                                           "rawequal", "select", "tonumber", "type",         "unpack"};
constexpr std::string_view string_names[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper"};
constexpr std::string_view table_names[] = {"maxn", "remove"};
constexpr std::string_view math_names[] = {
    "abs",   "acos", "asin",  "atan", "atan2", "ceil", "cos", "cosh", "deg", "exp", "floor", "fmod", "frexp", "huge",
    "ldexp", "log",  "log10", "max",  "min",   "modf", "pi",  "pow",  "rad", "sin", "sinh",  "sqrt", "tan",   "tanh"};
constexpr std::string_view bit_names[] = {"arshift", "band", "bnot", "bor",    "bswap", "bxor",
                                          "lshift",  "rol",  "ror",  "rshift", "tobit", "tohex"};

// The fields of the registry that are ours.
constexpr const char* coroutine_field = "switchhook.coroutine";  // LuaJIT's library
constexpr const char* seed_field = "switchhook.seed";            // of math.random, its bytes as a string

// Takes everything that is not named out of the table on top.
void keep_only(lua_State* L, Names names) {
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pop(L, 1);
        std::string_view name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -4);
    }
}

// Pushes a library of LuaJIT's. It is opened aside: neither the globals nor the methods of strings see what of it is
// not for flows, not even if memory ends here.
void push_luajit_library(lua_State* L, lua_CFunction open, const char* name, Names kept) {
    int strings = lua_gettop(L) + 1, loaded = strings + 2, globals = strings + 3;
    lua_pushliteral(L, "");
    if (lua_getmetatable(L, strings) == 0) lua_pushnil(L);
    lua_getfield(L, LUA_REGISTRYINDEX, "_LOADED");
    lua_pushnil(L);  // an attempt before that ended half-way does not count
    lua_setfield(L, loaded, name);
    lua_pushvalue(L, LUA_GLOBALSINDEX);

    lua_pushcfunction(L, open);
    lua_createtable(L, 0, 1);
    lua_replace(L, LUA_GLOBALSINDEX);
    int code = lua_pcall(L, 0, 0, 0);
    lua_settop(L, code == 0 ? globals : globals + 1);
    lua_pushvalue(L, globals);
    lua_replace(L, LUA_GLOBALSINDEX);
    lua_pushvalue(L, strings + 1);
    lua_setmetatable(L, strings);
    if (code != 0) lua_error(L);

    lua_getfield(L, loaded, name);
    keep_only(L, kept);
    lua_replace(L, strings);
    lua_settop(L, strings);
}

// Sets an empty table with weak keys in the table on top.
void add_weak_table(lua_State* L) {
    lua_createtable(L, 0, 0);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "weak_table");
}

void push_bit(lua_State* L) {
    push_luajit_library(L, luaopen_bit, "bit", bit_names);
    make_read_only(L, "bit");
}

void push_coroutine(lua_State* L) {
    lua_createtable(L, 0, 3);
    lua_getfield(L, LUA_REGISTRYINDEX, coroutine_field);
    lua_setfield(L, -2, "native");
    lua_pushlightuserdata(L, engine_yield_tag());
    lua_setfield(L, -2, "engine_yield");
    add_weak_table(L);
    call_sandbox_script(L, "sandbox/coroutine");
    make_read_only(L, "coroutine");
}

void push_json_library(lua_State* L) {
    lua_createtable(L, 0, 2);
    add_json_functions(L);
    make_read_only(L, "json");
}

void push_math(lua_State* L) {
    push_luajit_library(L, luaopen_math, "math", math_names);
    lua_getfield(L, LUA_REGISTRYINDEX, seed_field);
    std::uint64_t seed = 0;
    std::memcpy(&seed, lua_tostring(L, -1), sizeof(seed));
    lua_pop(L, 1);
    add_random_functions(L, seed);
    make_read_only(L, "math");
}

void push_os(lua_State* L) {
    lua_createtable(L, 0, 4);
    add_os_functions(L);
    make_read_only(L, "os");
}

// Methods of strings find what is behind `string`, so they cost no more than LuaJIT's own.
void push_string(lua_State* L) {
    push_luajit_library(L, luaopen_string, "string", string_names);
    add_string_functions(L);
    lua_pushvalue(L, -1);
    make_read_only(L, "string");
    lua_insert(L, -2);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 3);
}

void push_gsub(lua_State* L) {
    lua_createtable(L, 0, 4);
    add_string_parts(L);
    lua_getfield(L, LUA_REGISTRYINDEX, coroutine_field);
    lua_getfield(L, -1, "running");
    lua_setfield(L, -3, "running");
    lua_pop(L, 1);
    add_weak_table(L);
    call_sandbox_script(L, "sandbox/gsub");
}

void push_table(lua_State* L) {
    push_luajit_library(L, luaopen_table, "table", table_names);
    add_table_functions(L);
    make_read_only(L, "table");
}

void push_sort(lua_State* L) {
    lua_createtable(L, 0, 2);
    add_string_parts(L);
    call_sandbox_script(L, "sandbox/sort");
}

void push_print(lua_State* L) {
    lua_createtable(L, 0, 1);
    add_base_parts(L);
    call_sandbox_script(L, "sandbox/print");
}

void push_xpcall(lua_State* L) {
    lua_pushnil(L);
    call_sandbox_script(L, "sandbox/xpcall");
}

constexpr LazyValue values[] = {
    {"bit", push_bit},         {"coroutine", push_coroutine}, {"json", push_json_library}, {"math", push_math},
    {"os", push_os},           {"string", push_string},       {"string.gsub", push_gsub},  {"table", push_table},
    {"table.sort", push_sort}, {"print", push_print},         {"xpcall", push_xpcall}};

// __index of strings until their library is there: (string, key).
int string_method(lua_State* L) {
    lua_getglobal(L, "string");
    push_behind_read_only(L, -1);
    lua_replace(L, 1);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    lua_rawget(L, 1);
    return lua_isnil(L, -1) ? read_absent_field(L, "string") : 1;
}

void add_string_metatable(lua_State* L) {
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, string_method);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

// Leaves in the globals what flows get of LuaJIT's base library, and its coroutines in the registry.
void open_base(lua_State* L) {
    lua_createtable(L, 0, 2);
    lua_setfield(L, LUA_REGISTRYINDEX, "_LOADED");
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 0);
    lua_getglobal(L, "coroutine");
    lua_setfield(L, LUA_REGISTRYINDEX, coroutine_field);
    lua_createtable(L, 0, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "_LOADED");
    lua_pushvalue(L, LUA_GLOBALSINDEX);
    keep_only(L, base_names);
    add_base_functions(L);
    add_pairs_functions(L);
    lua_pop(L, 1);
}

}  // namespace

void* engine_yield_tag() noexcept {
    static char tag;
    return &tag;
}

const LazyValues& library_values() noexcept {
    static constexpr LazyValues all{values};
    return all;
}

void open_library(lua_State* L, const LibraryOptions& options) {
    open_base(L);
    add_string_metatable(L);
    lua_pushlstring(L, reinterpret_cast<const char*>(&options.seed), sizeof(options.seed));
    lua_setfield(L, LUA_REGISTRYINDEX, seed_field);
    set_lazy_values(L, library_values());

    lua_pushvalue(L, LUA_GLOBALSINDEX);
    make_globals_read_only(L);
    lua_pushvalue(L, -1);
    lua_replace(L, LUA_GLOBALSINDEX);
    add_global(L, "_G");
}

void call_sandbox_script(lua_State* L, std::string_view name) {
    auto& script = *find_engine_script(name);
    if (luaL_loadbuffer(L, script.bytecode.data(), script.bytecode.size(), script.chunk_name.c_str()) != 0)
        lua_error(L);
    lua_insert(L, -2);
    lua_call(L, 1, 1);
}

void add_global(lua_State* L, const char* name) {
    push_behind_read_only(L, LUA_GLOBALSINDEX);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void let_write_globals(lua_State* L) {
    push_behind_read_only(L, LUA_GLOBALSINDEX);
    lua_setfenv(L, -2);
}

void protect_globals(lua_State* L) {
    push_behind_read_only(L, LUA_GLOBALSINDEX);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (!lua_istable(L, -1)) {
            lua_pop(L, 1);
        } else if (push_behind_read_only(L, -1)) {
            lua_pop(L, 2);
        } else {
            make_read_only(L, lua_tostring(L, -2));
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, -4);
        }
    }
    lua_pop(L, 1);
}

}  // namespace switchhook::script
