#include "script/library_state.hpp"
#include "script/limits.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace switchhook::script;

TEST(Pairs, GoesThroughKeysInOneOrder) {
    auto keys = [](const std::string& table) {
        return run("local out = {} for key in pairs(" + table +
                   ") do out[#out + 1] = tostring(key) end return table.concat(out, ' ')");
    };
    EXPECT_EQ(keys("{b = 1, a = 1, [10] = 1, [-1] = 1, [1.5] = 1, [true] = 1, [false] = 1, B = 1}"),
              "-1 1.5 10 B a b false true");
    EXPECT_EQ(keys("{'x', 'y', 'z'}"), "1 2 3");
    EXPECT_EQ(keys("{}"), "");
}

TEST(Pairs, LetsFieldsBeRemovedOnTheWay) {
    EXPECT_EQ(run("local t, n = {a = 1, b = 2, c = 3}, 0 for key in pairs(t) do t[key] = nil n = n + 1 end return n, "
                  "(next(t))"),
              "3 nil");
    EXPECT_EQ(run("local t, n = {a = 1, b = 2, c = 3}, 0 for key in pairs(t) do t.b = nil t[key .. 'x'] = 1 n = n + 1 "
                  "end return n"),
              "2");
}

TEST(Pairs, RefusesKeysThatHaveNoOrder) {
    EXPECT_EQ(run("for key in pairs({[{}] = 1}) do end"),
              "error: flow.lua:1: pairs: a table is a key of this table, and such keys have no order that is always "
              "the same: "
              "use a string or a number as the key, and keep the table in the value");
    EXPECT_EQ(run("local _ = pairs(nil)"), "error: flow.lua:1: bad argument #1 to 'pairs' (table expected, got nil)");
}

TEST(Next, GoesThroughKeysInTheSameOrder) {
    EXPECT_EQ(run("local t, out, key = {b = 1, a = 2, [5] = 3}, {}, nil repeat key = next(t, key) out[#out + 1] = "
                  "tostring(key) "
                  "until key == nil return table.concat(out, ' ')"),
              "5 a b nil");
    EXPECT_EQ(run("return next({}), next({x = 1})"), "nil x 1");
}

TEST(Tostring, ShowsNoAddress) {
    EXPECT_EQ(
        run("return tostring({}), tostring(print), tostring(coroutine.create(print)), tostring(nil), tostring(1.5)"),
        "<table> <function> <thread> nil 1.5");
    EXPECT_EQ(run("return tostring(setmetatable({}, {__tostring = function() return 'mine' end}))"), "mine");
    EXPECT_EQ(run("return ('%s'):format({})"), "<table>");
    EXPECT_EQ(run("local _ = ('%p'):format({})"),
              "error: flow.lua:1: string.format: %p is not available in flows: an address differs from run to run");
}

TEST(Tostring, CallsItselfOnlySoDeep) {
    EXPECT_EQ(run("local t = setmetatable({}, {__tostring = function(self) local text = tostring(self) return text "
                  "end})\nlocal _ = tostring(t)"),
              "error: flow.lua:1: tostring: __tostring calls itself more than 100 deep");
    EXPECT_EQ(run("local t = setmetatable({}, {__tostring = function(self) return tostring(self) end})\n"
                  "for _ = 1, 200 do pcall(tostring, t) end return tostring(setmetatable({}, {__tostring = function() "
                  "return 'x' end}))"),
              "x");
}

TEST(Setmetatable, RefusesWeakTables) {
    EXPECT_EQ(run("setmetatable({}, {__mode = 'k'})"),
              "error: flow.lua:1: setmetatable: weak tables (__mode) are not available in flows: what they hold "
              "depends on when "
              "memory is collected");
    EXPECT_EQ(run("return setmetatable({}, {__index = {x = 1}}).x"), "1");
}

TEST(Strings, AreBuiltOnlySoLong) {
    auto too_long =
        "error: flow.lua:1: a string of more than 1048576 bytes: build it in parts, or keep the parts in a table";
    EXPECT_EQ(run("local _ = ('x'):rep(1e9)"), too_long);
    EXPECT_EQ(run("local _ = ('x'):rep(2, ('y'):rep(1048575))"), too_long);
    EXPECT_EQ(run("return #('x'):rep(1048576)"), "1048576");
    EXPECT_EQ(run("local t, s = {}, ('x'):rep(1000) for i = 1, 2000 do t[i] = s end local _ = table.concat(t)"),
              too_long);
    EXPECT_EQ(run("local s = ('x'):rep(1e6) local _ = ('%s%s'):format(s, s)"), too_long);
    EXPECT_EQ(run("return (('x'):rep(2000):gsub('x', ('y'):rep(1000)))"), too_long);
}

TEST(TableLibrary, InsertsOnlyWithinTheList) {
    EXPECT_EQ(run("local t = {1, 3} table.insert(t, 2, 2) table.insert(t, 4) return table.concat(t, ' ')"), "1 2 3 4");
    EXPECT_EQ(run("table.insert({}, -1e9, 1)"),
              "error: flow.lua:1: bad argument #2 to 'insert' (position out of bounds)");
}

TEST(TableLibrary, ConcatenatesAsLua) {
    EXPECT_EQ(
        run("return table.concat({1, 'b', 2.5}, ', '), table.concat({'a', 'b', 'c'}, '-', 2, 3), table.concat({})"),
        "1, b, 2.5 b-c ");
    EXPECT_EQ(run("table.concat({1, {}})"),
              "error: flow.lua:1: invalid value (table) at index 2 in table for 'concat'");
}

TEST(OsLibrary, CountsInUtc) {
    EXPECT_EQ(run("return os.time({year = 2026, month = 3, day = 2, hour = 22, min = 30})"), "1772490600");
    EXPECT_EQ(run("return os.time({year = 2026, month = 14, day = -1})"),
              run("return os.time({year = 2027, month = 1, day = 30})"));
    EXPECT_EQ(run("return os.date('%Y-%m-%d %H:%M:%S %A %B', 1772490600)"), "2026-03-02 22:30:00 Monday March");
    EXPECT_EQ(run("local d = os.date('*t', 1772490600) return d.year, d.month, d.day, d.hour, d.wday, d.yday, d.isdst"),
              "2026 3 2 22 2 61 false");
    EXPECT_EQ(run("local _ = os.time({year = 2026, month = 3})"),
              "error: flow.lua:1: field 'day' missing in date table");
    EXPECT_EQ(run("return os.time(), os.difftime(5, 3)"), "0 2");
    EXPECT_EQ(run("local _ = os.date('%Q')"),
              "error: flow.lua:1: os.date: %Q is no part of a date: use those of strftime, as in \"%Y-%m-%d %H:%M\"");
}

TEST(MathRandom, GivesThePublishedNumbersOfItsAlgorithm) {
    // splitmix64 of 0 begins e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec; the first number
    // of xoshiro256** from that state is rotl(6e789e6aa1b965f4 * 5, 7) * 9 = 99ec5f36cb75f2b4.
    EXPECT_EQ(LibraryState(0).run("return ('%.17g'):format(math.random())"), "0.60126299941790484");
    EXPECT_EQ(
        LibraryState(0).run(
            "for _ = 1, 1000 do local n = math.random(6) assert(n >= 1 and n <= 6 and n % 1 == 0) end return 'fair'"),
        "fair");
    EXPECT_EQ(run("local _ = math.random(0)"), "error: flow.lua:1: bad argument #1 to 'random' (interval is empty)");
}
