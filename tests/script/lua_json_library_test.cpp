#include "script/library_state.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace switchhook::script;

TEST(JsonLibrary, EncodesWithItsMembersSorted) {
    EXPECT_EQ(run("return json.encode({b = 1, a = {true, 'x', 1.5}, c = {}})"), R"({"a":[true,"x",1.5],"b":1,"c":{}})");
}

TEST(JsonLibrary, DecodesWhatItEncodes) {
    EXPECT_EQ(run(R"lua(local t = json.decode('{"list": [1, 2], "name": "Ann", "gone": null}')
                      return #t.list, t.list[2], t.name, t.gone)lua"),
              "2 2 Ann nil");
}

TEST(JsonLibrary, SaysWhereATextIsNotJson) {
    EXPECT_EQ(run("local _ = json.decode('{\"a\": }')"),
              "error: flow.lua:1: json.decode: line 1, column 7: syntax error while parsing value - unexpected '}'; "
              "expected '[', '{', or a literal");
    EXPECT_EQ(run("local _ = json.decode(('['):rep(33) .. (']'):rep(33))"),
              "error: flow.lua:1: json.decode: the text is nested more than 32 deep");
    EXPECT_EQ(run("local _ = json.decode('[' .. ('1,'):rep(524288) .. '1]')"),
              "error: flow.lua:1: json.decode: a text of more than 1048576 bytes: ask for less at once");
}

TEST(JsonLibrary, SaysWhatHasNoJsonForm) {
    EXPECT_EQ(
        run("local _ = json.encode({a = {print}})"),
        "error: flow.lua:1: json.encode: a[1] is a function: give a text, a number, a boolean or a table of those");
    EXPECT_EQ(run("local t = {} t.t = t local _ = json.encode(t)").substr(0, 32), "error: flow.lua:1: json.encode: ");
    EXPECT_EQ(run("local t = {} for i = 1, 30 do t = {a = t, b = t} end local _ = json.encode(t)").substr(0, 32),
              "error: flow.lua:1: json.encode: ");
}
