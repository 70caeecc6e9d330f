#include "script/library.hpp"

#include "script/library_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lua.hpp>

#include <set>
#include <string>

using namespace switchhook::script;
using testing::HasSubstr;

namespace {

// Every path from the globals to a value, as "string.find: function", through tables and metatables, raw.
void collect(lua_State* L, const std::string& path, std::set<const void*>& seen, std::set<std::string>& paths) {
    auto kind = std::string(luaL_typename(L, -1));
    if (!path.empty()) paths.insert(path + (kind == "function" ? "" : " (" + kind + ")"));
    if (kind == "string") return;  // its methods are string's: see GivesStringsTheirMethods
    if (lua_getmetatable(L, -1) != 0) {
        lua_getfield(L, -1, "__metatable");
        paths.insert((path.empty() ? "_G" : path) + ".__metatable = " + (lua_toboolean(L, -1) != 0 ? "true" : "false"));
        lua_pop(L, 1);
        lua_getfield(L, -1, "__index");
        if (lua_istable(L, -1)) {
            if (seen.insert(lua_topointer(L, -1)).second) {
                lua_pushnil(L);
                while (lua_next(L, -2) != 0) {
                    collect(L, (path.empty() ? "" : path + ".") + lua_tostring(L, -2), seen, paths);
                    lua_pop(L, 1);
                }
            }
        }
        lua_pop(L, 2);
    }
    if (lua_istable(L, -1) && seen.insert(lua_topointer(L, -1)).second) {
        lua_pushnil(L);
        while (lua_next(L, -2) != 0) {
            collect(L, path + "." + lua_tostring(L, -2) + " (writable)", seen, paths);
            lua_pop(L, 1);
        }
    }
}

}  // namespace

TEST(StandardLibrary, HoldsWhatIsOnThisListAndNothingElse) {
    LibraryState state;
    state.run("for _, value in pairs(_G) do if type(value) == 'table' then pairs(value) end end");  // makes all of it
    std::set<const void*> seen;
    std::set<std::string> paths;
    lua_pushvalue(state.get(), LUA_GLOBALSINDEX);
    collect(state.get(), "", seen, paths);
    std::set<std::string> allowed = {"_G.__metatable = false",
                                     "_G (table)",
                                     "_VERSION (string)",
                                     "log",
                                     "json (table)",
                                     "json.__metatable = false",
                                     "json.decode",
                                     "json.encode",
                                     "assert",
                                     "error",
                                     "getmetatable",
                                     "ipairs",
                                     "next",
                                     "pairs",
                                     "pcall",
                                     "print",
                                     "rawequal",
                                     "rawget",
                                     "rawset",
                                     "select",
                                     "setmetatable",
                                     "tonumber",
                                     "tostring",
                                     "type",
                                     "unpack",
                                     "xpcall",
                                     "bit (table)",
                                     "bit.__metatable = false",
                                     "bit.arshift",
                                     "bit.band",
                                     "bit.bnot",
                                     "bit.bor",
                                     "bit.bswap",
                                     "bit.bxor",
                                     "bit.lshift",
                                     "bit.rol",
                                     "bit.ror",
                                     "bit.rshift",
                                     "bit.tobit",
                                     "bit.tohex",
                                     "coroutine (table)",
                                     "coroutine.__metatable = false",
                                     "coroutine.create",
                                     "coroutine.isyieldable",
                                     "coroutine.resume",
                                     "coroutine.running",
                                     "coroutine.status",
                                     "coroutine.wrap",
                                     "coroutine.yield",
                                     "math (table)",
                                     "math.__metatable = false",
                                     "math.abs",
                                     "math.acos",
                                     "math.asin",
                                     "math.atan",
                                     "math.atan2",
                                     "math.ceil",
                                     "math.cos",
                                     "math.cosh",
                                     "math.deg",
                                     "math.exp",
                                     "math.floor",
                                     "math.fmod",
                                     "math.frexp",
                                     "math.huge (number)",
                                     "math.ldexp",
                                     "math.log",
                                     "math.log10",
                                     "math.max",
                                     "math.min",
                                     "math.modf",
                                     "math.pi (number)",
                                     "math.pow",
                                     "math.rad",
                                     "math.random",
                                     "math.randomseed",
                                     "math.sin",
                                     "math.sinh",
                                     "math.sqrt",
                                     "math.tan",
                                     "math.tanh",
                                     "os (table)",
                                     "os.__metatable = false",
                                     "os.date",
                                     "os.difftime",
                                     "os.time",
                                     "string (table)",
                                     "string.__metatable = false",
                                     "string.byte",
                                     "string.char",
                                     "string.find",
                                     "string.format",
                                     "string.gmatch",
                                     "string.gsub",
                                     "string.len",
                                     "string.lower",
                                     "string.match",
                                     "string.rep",
                                     "string.reverse",
                                     "string.sub",
                                     "string.upper",
                                     "table (table)",
                                     "table.__metatable = false",
                                     "table.concat",
                                     "table.insert",
                                     "table.maxn",
                                     "table.remove",
                                     "table.sort"};
    EXPECT_THAT(paths, testing::ContainerEq(allowed));
}

TEST(StandardLibrary, NamesWhatToUseInsteadOfWhatFlowsHaveNot) {
    EXPECT_EQ(run("\nreturn io.open('x')"), "error: flow.lua:2: `io` is not available in flows: use http or kv");
    for (auto name : {"load", "loadstring", "dofile", "loadfile"})
        EXPECT_EQ(run(std::string("return ") + name),
                  std::string("error: flow.lua:1: `") + name + "` is not available in flows: use require");
    for (auto name :
         {"getfenv", "setfenv", "collectgarbage", "gcinfo", "newproxy", "debug", "jit", "ffi", "package", "module"})
        EXPECT_THAT(run(std::string("return ") + name),
                    HasSubstr(std::string("`") + name + "` is not available in flows: "));
    EXPECT_EQ(run("return string.dump(print)"),
              "error: flow.lua:1: `string.dump` is not available in flows: pass the function itself");
    EXPECT_EQ(run("return ('').dump"),
              "error: flow.lua:1: `string.dump` is not available in flows: pass the function itself");
    EXPECT_EQ(run("return os.clock()"), "error: flow.lua:1: `os.clock` is not available in flows: use os.time");
    EXPECT_EQ(run("math.randomseed(1)"),
              "error: flow.lua:1: math.randomseed is not available in flows: each call has a seed of its own");
}

TEST(StandardLibrary, RefusesGlobalsThatAreNotDefined) {
    EXPECT_EQ(run("local name = 1\nreturn nmae"), "error: flow.lua:2: `nmae` is not defined (a misspelt local?)");
    EXPECT_EQ(run("return rawget(_G, 'nmae')"), "nil");
    EXPECT_EQ(run("return rawget(_G, 'print') == print"), "true");
}

TEST(StandardLibrary, RefusesNewGlobals) {
    EXPECT_EQ(run("x = 1"), "error: flow.lua:1: `x` is not declared: write `local x = …`");
    EXPECT_EQ(run("function greet() end"),
              "error: flow.lua:1: `greet` is not declared: write `local function greet(…)`");
    EXPECT_EQ(run("_G.x = 1"), "error: flow.lua:1: `x` is not declared: write `local x = …`");
    EXPECT_EQ(
        run("print = nil"),
        "error: flow.lua:1: `print` is the engine's and read-only: write `local print = …`, or choose another name");
}

TEST(StandardLibrary, IsReadOnlyWhateverIsTried) {
    EXPECT_EQ(run("string.upper = nil"),
              "error: flow.lua:1: `string.upper` is read-only: keep what is yours in a table of your own");
    EXPECT_EQ(run("string.trim = print"),
              "error: flow.lua:1: `string.trim` is read-only: keep what is yours in a table of your own");
    EXPECT_EQ(run("rawset(_G, 'x', 1)"), "error: flow.lua:1: rawset: this table is the engine's and read-only");
    EXPECT_EQ(run("rawset(string, 'x', 1)"), "error: flow.lua:1: rawset: this table is the engine's and read-only");
    EXPECT_EQ(run("table.insert(string, 1)"),
              "error: flow.lua:1: table.insert: this table is the engine's and read-only");
    EXPECT_EQ(run("setmetatable(_G, {})"), "error: flow.lua:1: cannot change a protected metatable");
    EXPECT_EQ(run("setmetatable(string, nil)"), "error: flow.lua:1: cannot change a protected metatable");
    EXPECT_EQ(run("return getmetatable(_G), getmetatable(string), getmetatable('')"), "false false false");
    EXPECT_EQ(run("local t = {} rawset(t, 'x', 1) return t.x"), "1");
}

TEST(StandardLibrary, ListsWhatIsInItsTables) {
    EXPECT_EQ(
        run("local names = {} for name in pairs(os) do names[#names + 1] = name end return table.concat(names, ' ')"),
        "date difftime time");
    EXPECT_EQ(run("return (next(_G))"), "_G");
}

TEST(StandardLibrary, GivesStringsTheirMethods) {
    EXPECT_EQ(run("return ('x'):upper(), ('a-b'):gsub('-', '+')"), "X a+b 1");
    EXPECT_EQ(run("return ('ab'):find('b')"), "2 2");
}

TEST(StandardLibrary, TakesMoreGlobalsFromTheEngine) {
    LibraryState state;
    lua_pushinteger(state.get(), 7);
    add_global(state.get(), "seven");
    lua_newtable(state.get());
    add_global(state.get(), "kv");
    protect_globals(state.get());
    EXPECT_EQ(state.run("return seven"), "7");
    EXPECT_EQ(
        state.run("seven = 8"),
        "error: flow.lua:1: `seven` is the engine's and read-only: write `local seven = …`, or choose another name");
    EXPECT_EQ(state.run("kv.get = 8"),
              "error: flow.lua:1: `kv.get` is read-only: keep what is yours in a table of your own");
}

TEST(StandardLibrary, GivesTheSameInEveryState) {
    auto script = R"lua(
        local out = {}
        local function add(...) out[#out + 1] = table.concat({...}, " ") end
        for key, value in pairs({zeta = 1, alpha = 2, [3] = "x", [1] = "y", [true] = 0, [2.5] = 1}) do add(tostring(key), value) end
        add(tostring({}), tostring(print), tostring(function() end), tostring(coroutine.create(print)))
        for _ = 1, 5 do add(math.random(), math.random(6), math.random(10, 20)) end
        add(string.format("%s %5.1f", {}, 2), os.time(), os.date())
        for key in pairs(_G) do add(key) end
        return table.concat(out, "\n"))lua";
    auto first = run(script);
    EXPECT_THAT(first, testing::StartsWith(
                           "1 y\n2.5 1\n3 x\nalpha 2\nzeta 1\ntrue 0\n<table> <function> <function> <thread>\n"));
    for (int i = 0; i < 200; ++i) ASSERT_EQ(run(script), first);
}

TEST(StandardLibrary, SeedsEachCallByItself) {
    auto script = "return math.random(1000000), math.random(1000000)";
    EXPECT_EQ(LibraryState(42).run(script), LibraryState(42).run(script));
    EXPECT_NE(LibraryState(42).run(script), LibraryState(43).run(script));
}

TEST(StandardLibrary, OpensWithoutLeavingAnythingOnTheStack) {
    LibraryState state;
    EXPECT_EQ(lua_gettop(state.get()), 0);
}
