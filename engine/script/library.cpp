#include "script/library.hpp"

#include "script/bytecode.hpp"
#include "script/lua_base.hpp"
#include "script/lua_json_library.hpp"
#include "script/lua_os.hpp"
#include "script/lua_pairs.hpp"
#include "script/lua_random.hpp"
#include "script/lua_string.hpp"
#include "script/read_only.hpp"

#include <lua.hpp>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace switchhook::script {
namespace {

using Names = std::span<const std::string_view>;

// LuaJIT's own functions that flows get as they are. Nothing else of LuaJIT's is left.
constexpr std::string_view base_names[] = {
    "_VERSION", "assert", "error", "getmetatable", "ipairs", "pcall", "rawequal", "select", "tonumber",
    "type",     "unpack", "bit",   "coroutine",    "json",   "math",  "string",   "table"};  // libraries, each by a
                                                                                             // list of its own
constexpr std::string_view string_names[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper"};
constexpr std::string_view table_names[] = {"maxn", "remove"};
constexpr std::string_view math_names[] = {
    "abs",   "acos", "asin",  "atan", "atan2", "ceil", "cos", "cosh", "deg", "exp", "floor", "fmod", "frexp", "huge",
    "ldexp", "log",  "log10", "max",  "min",   "modf", "pi",  "pow",  "rad", "sin", "sinh",  "sqrt", "tan",   "tanh"};
constexpr std::string_view bit_names[] = {"arshift", "band", "bnot", "bor",    "bswap", "bxor",
                                          "lshift",  "rol",  "ror",  "rshift", "tobit", "tohex"};
constexpr const char* libraries[] = {"bit", "coroutine", "json", "math", "os", "string", "table"};

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

void keep_only_in(lua_State* L, const char* library, Names names) {
    lua_getfield(L, -1, library);
    keep_only(L, names);
    lua_pop(L, 1);
}

// The parts of gsub and print that are not Lua.
void add_native_functions(lua_State* L) {
    add_string_parts(L);
    add_base_parts(L);
}

void open_luajit_libraries(lua_State* L) {
    for (auto open : {luaopen_base, luaopen_table, luaopen_string, luaopen_math, luaopen_bit}) {
        lua_pushcfunction(L, open);
        lua_call(L, 0, 0);
    }
    for (auto registered : {"_LOADED", "_PRELOAD"}) {
        lua_pushnil(L);
        lua_setfield(L, LUA_REGISTRYINDEX, registered);
    }
}

// Adds functions to a library in the table on top; makes the library if it is new.
template <class Add>
void extend(lua_State* L, const char* library, Add add) {
    lua_getfield(L, -1, library);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 4);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, library);
    }
    add(L);
    lua_pop(L, 1);
}

// native, globals -> native, globals: what sandbox.lua needs and flows do not.
void collect_native(lua_State* L) {
    lua_getfield(L, -1, "setmetatable");
    lua_setfield(L, -3, "setmetatable");
    lua_getfield(L, -1, "coroutine");
    for (auto name : {"create", "resume", "yield", "status", "running"}) {
        lua_getfield(L, -1, name);
        lua_setfield(L, -4, (std::string("co_") + name).c_str());
    }
    lua_pop(L, 1);
}

// native, globals -> native, globals
void run_sandbox(lua_State* L) {
    auto& sandbox = *find_engine_script("sandbox");
    if (luaL_loadbuffer(L, sandbox.bytecode.data(), sandbox.bytecode.size(), sandbox.chunk_name.c_str()) != 0)
        lua_error(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "globals");
    lua_pushvalue(L, -4);
    lua_setfield(L, -2, "native");
    lua_pushlightuserdata(L, engine_yield_tag());
    lua_setfield(L, -2, "engine_yield");
    lua_call(L, 1, 0);
}

// Methods of strings find what is behind `string`, so they cost no more than LuaJIT's own.
void lock_string_metatable(lua_State* L) {
    lua_pushliteral(L, "");
    if (lua_getmetatable(L, -1) == 0) return;
    lua_getfield(L, -3, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

}  // namespace

void* engine_yield_tag() noexcept {
    static char tag;
    return &tag;
}

void open_library(lua_State* L, const LibraryOptions& options) {
    int top = lua_gettop(L);
    lua_createtable(L, 0, 12);  // native
    add_native_functions(L);
    open_luajit_libraries(L);
    lua_pushvalue(L, LUA_GLOBALSINDEX);
    collect_native(L);
    keep_only(L, base_names);
    keep_only_in(L, "string", string_names);
    keep_only_in(L, "table", table_names);
    keep_only_in(L, "math", math_names);
    keep_only_in(L, "bit", bit_names);

    add_base_functions(L);
    add_pairs_functions(L);
    extend(L, "string", add_string_functions);
    extend(L, "table", add_table_functions);
    extend(L, "os", add_os_functions);
    extend(L, "json", add_json_functions);
    extend(L, "math", [&](lua_State* state) { add_random_functions(state, options.seed); });
    run_sandbox(L);

    lock_string_metatable(L);
    for (auto library : libraries) {
        lua_getfield(L, -1, library);
        make_read_only(L, library);
        lua_setfield(L, -2, library);
    }
    make_globals_read_only(L);
    lua_pushvalue(L, -1);
    lua_replace(L, LUA_GLOBALSINDEX);
    add_global(L, "_G");
    lua_settop(L, top);
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
