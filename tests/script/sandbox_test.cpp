// What scripts/sandbox/*.lua define.
#include "script/library_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lua.hpp>

#include <string>

using namespace switchhook::script;

namespace {

// Runs a flow as the engine does: each `ask` yields to here, and is answered with its own argument.
std::string run_with_asks(const std::string& source) {
    LibraryState state;
    auto L = state.get();
    lua_pushcfunction(L, [](lua_State* asking) {
        lua_pushlightuserdata(asking, engine_yield_tag());
        lua_insert(asking, 1);
        return lua_yield(asking, lua_gettop(asking));
    });
    add_global(L, "ask");
    auto thread = lua_newthread(L);
    if (luaL_loadbuffer(thread, source.data(), source.size(), "@flow.lua") != 0) return lua_tostring(thread, -1);
    int code = lua_resume(thread, 0);
    while (code == LUA_YIELD) {
        if (lua_touserdata(thread, 1) != engine_yield_tag()) return "a yield without the tag";
        lua_remove(thread, 1);
        code = lua_resume(thread, lua_gettop(thread));
    }
    return lua_tostring(thread, -1);
}

}  // namespace

TEST(Coroutines, WorkAsLuas) {
    EXPECT_EQ(run(R"lua(
        local next_number = coroutine.wrap(function(a) for i = 1, 2 do a = coroutine.yield(a + i) end return "done" end)
        return next_number(10), next_number(20), next_number())lua"),
              "11 22 done");
    EXPECT_EQ(run("local co = coroutine.create(function() error('no', 0) end) local ok, why = coroutine.resume(co) "
                  "return ok, why, coroutine.status(co)"),
              "false no dead");
    EXPECT_EQ(run("coroutine.wrap(function() error('no') end)()"), "error: flow.lua:1: no");
    EXPECT_EQ(run("return coroutine.isyieldable(), coroutine.wrap(coroutine.isyieldable)()"), "false true");
}

TEST(Coroutines, LetAsksThroughToTheEngine) {
    EXPECT_EQ(run_with_asks(R"lua(
        local inner = coroutine.wrap(function() coroutine.yield(ask("one")) return ask("two") end)
        local outer = coroutine.wrap(function() coroutine.yield(inner()) return inner() end)
        return outer() .. outer() .. ask("three"))lua"),
              "onetwothree");
}

TEST(Coroutines, RefuseAYieldOutsideOfOne) {
    EXPECT_EQ(
        run("coroutine.yield(1)"),
        "error: flow.lua:1: coroutine.yield: not in a coroutine: yield in a function that coroutine.create or wrap "
        "was given");
}

TEST(Coroutines, ResumeEachOtherOnlySoDeep) {
    EXPECT_EQ(run("local function f() local x = coroutine.wrap(f)() return x end f()"),
              "error: flow.lua:1: coroutines resume each other more than 50 deep");
    EXPECT_EQ(run("local deep = 0 local function f() deep = deep + 1 return coroutine.resume(coroutine.create(f)) end\n"
                  "f() local first = deep deep = 0 f() return first, deep"),
              "51 51");
    EXPECT_EQ(run("local co co = coroutine.create(function() for _ = 1, 100 do coroutine.resume(co) end\n"
                  "return coroutine.wrap(function() return 'still works' end)() end) return coroutine.resume(co)"),
              "true still works");
}

TEST(Xpcall, RunsItsHandlerBehindTheError) {
    EXPECT_EQ(run("return xpcall(function(a) return a + 1 end, print, 1)"), "true 2");
    EXPECT_EQ(run("return xpcall(function() error('no', 0) end, function(why) return 'because ' .. why end)"),
              "false because no");
    EXPECT_EQ(run("return (xpcall(error, function() error('again') end))"), "false");
    EXPECT_EQ(run_with_asks("return (select(2, xpcall(error, function() return ask('asked') end)))"), "asked");
}

TEST(Gsub, CallsBack) {
    EXPECT_EQ(run("return ('a-b-c'):gsub('%a', string.upper)"), "A-B-C 3");
    EXPECT_EQ(run("return ('a-b-c'):gsub('%a', string.upper, 2)"), "A-B-c 2");
    EXPECT_EQ(run("return ('$x $y'):gsub('%$(%a)', {x = 5})"), "5 $y 2");
    EXPECT_EQ(run("return ('abc'):gsub('', function() return '.' end)"), ".a.b.c. 4");
    EXPECT_EQ(run("return ('abab'):gsub('^a', function() return 'x' end)"), "xbab 1");
    EXPECT_EQ(run("return ('abc'):gsub('()b', function(at) return at end)"), "a2c 1");
    EXPECT_EQ(run("return ('abc'):gsub('%a*', function(s) return '<' .. s .. '>' end)"),
              run("return ('abc'):gsub('%a*', '<%0>')"));
}

TEST(Gsub, LetsItsCallbackAsk) {
    EXPECT_EQ(run_with_asks("return (('{a} and {b}'):gsub('{(%a)}', function(name) return ask(name .. name) end))"),
              "aa and bb");
}

TEST(Gsub, BlamesTheAuthorsLine) {
    EXPECT_EQ(run("\n('a'):gsub('a', function() return {} end)"),
              "error: flow.lua:2: invalid replacement value (a table)");
    EXPECT_EQ(run("('a'):gsub('(a', function() end)"), "error: flow.lua:1: unfinished capture");
    EXPECT_EQ(run("('a'):gsub('a', function() error('mine') end)"), "error: flow.lua:1: mine");
    EXPECT_EQ(run("('a'):gsub('a')"),
              "error: flow.lua:1: bad argument #2 to 'gsub' (string/function/table expected, got nil)");
}

TEST(Gsub, CallsItselfOnlySoDeep) {
    auto recursion = "local function f() return (('a'):gsub('a', f)) end ";
    EXPECT_EQ(run(std::string(recursion) + "f()"),
              "error: flow.lua:1: string.gsub: callbacks call string.gsub more than 100 deep: use a loop");
    EXPECT_EQ(run(std::string(recursion) + "for _ = 1, 200 do pcall(f) end return (('a'):gsub('a', 'b'))"), "b");
    EXPECT_EQ(run(std::string(recursion) + "for _ = 1, 200 do pcall(f) end return (('a'):gsub('a', {a = 'b'}))"), "b");
}

TEST(Sort, SortsStably) {
    EXPECT_EQ(run("local t = {3, 1, 2} table.sort(t) return table.concat(t, ' ')"), "1 2 3");
    EXPECT_EQ(run(R"lua(
        local list = {}
        for i = 1, 1000 do list[i] = {key = (i * 7919) % 10, at = i} end
        table.sort(list, function(a, b) return a.key < b.key end)
        for i = 2, 1000 do
          local a, b = list[i - 1], list[i]
          assert(a.key < b.key or a.key == b.key and a.at < b.at)
        end
        return "stable")lua"),
              "stable");
    EXPECT_EQ(run_with_asks("local t = {'b', 'a'} table.sort(t, function(a, b) return ask(a) < b end) return t[1]"),
              "a");
}

TEST(Sort, BlamesTheAuthorsLine) {
    EXPECT_EQ(run("\ntable.sort({1, 'x'})"), "error: flow.lua:2: attempt to compare string with number");
    EXPECT_EQ(run("table.sort(nil)"), "error: flow.lua:1: bad argument #1 to 'sort' (table expected, got nil)");
    EXPECT_EQ(run("table.sort({2, 1}, function(a, b) return a.x < b.x end)"),
              "error: flow.lua:1: attempt to index local 'a' (a number value)");
}

TEST(Print, GoesToTheLog) {
    LibraryState state;
    EXPECT_EQ(state.run("print('a', 1, nil, true, {}) print()"), "");
    EXPECT_EQ(state.logged, "a\t1\tnil\ttrue\t<table>\n\n");
}
