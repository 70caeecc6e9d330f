#include "script/lazy_values.hpp"

#include "script/library_state.hpp"

#include <gtest/gtest.h>
#include <lua.hpp>

namespace switchhook::script {
namespace {

int made = 0;

void push_answer(lua_State* L) {
    lua_pushinteger(L, 41 + ++made);
}

void push_failure(lua_State* L) {
    luaL_error(L, "no memory today");
}

constexpr LazyValue own[] = {{"answer", push_answer}, {"string.answer", push_answer}, {"broken", push_failure}};

// The library of flows and what is above.
class LazyState : public LibraryState {
public:
    LazyState() {
        made = 0;
        static const LazyValues values{own, &library_values()};
        set_lazy_values(get(), values);
    }
};

TEST(LazyValues, AreMadeOnceAndOnlyIfUsed) {
    LazyState state;
    EXPECT_EQ(state.run("return math.floor(1.5)"), "1");
    EXPECT_EQ(made, 0);
    EXPECT_EQ(state.run("return answer, answer"), "42 42");
    EXPECT_EQ(state.run("return string.answer, ('').answer"), "43 43");
    EXPECT_EQ(made, 2);
}

TEST(LazyValues, AreMadeForWhoAsksRawly) {
    EXPECT_EQ(LazyState().run("return rawget(_G, 'answer')"), "42");
}

TEST(LazyValues, CannotBeWrittenBeforeTheyAreMade) {
    EXPECT_EQ(
        LazyState().run("math = {}"),
        "error: flow.lua:1: `math` is the engine's and read-only: write `local math = …`, or choose another name");
    EXPECT_EQ(LazyState().run("string.gsub = print"),
              "error: flow.lua:1: `string.gsub` is read-only: keep what is yours in a table of your own");
}

TEST(LazyValues, RaiseWhatStoppedThemEachTime) {
    LazyState state;
    EXPECT_EQ(state.run("return pcall(function() return broken end)"),
              state.run("return pcall(function() return broken end)"));
    EXPECT_NE(state.run("return broken").find("no memory today"), std::string::npos);
}

TEST(LazyValues, ServeMethodsOfStringsInCoroutines) {
    EXPECT_EQ(run("return coroutine.wrap(function() return ('x'):upper() end)(), ('y'):upper()"), "X Y");
}

}  // namespace
}  // namespace switchhook::script
