#include "app/lua_literal.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using app::lua_literal;
using app::lua_string;
using core::Json;

TEST(LuaLiteral, WritesTexts) {
    EXPECT_EQ(lua_string("say \"hi\"\\\n\x01é"), "\"say \\\"hi\\\"\\\\\\n\\001é\"");
    EXPECT_EQ(lua_string(""), "\"\"");
}

TEST(LuaLiteral, CutsLongTextsBetweenWords) {
    EXPECT_EQ(lua_string(std::string(95, 'a') + " bcde fghi jklm"),
              "\"" + std::string(95, 'a') + " \"\n    .. \"bcde fghi jklm\"");
}

TEST(LuaLiteral, WritesValuesAsAuthorsDo) {
    EXPECT_EQ(lua_literal(Json{{"people", 4}, {"name", "Ann"}, {"gone", nullptr}, {"end", true}, {"a-b", 0.5}}),
              R"({ ["a-b"] = 0.5, ["end"] = true, name = "Ann", people = 4 })");
    EXPECT_EQ(lua_literal(Json::array({1, "two", Json::object()})), R"({ 1, "two", {} })");
    EXPECT_EQ(lua_literal(nullptr), "nil");
}

TEST(LuaLiteral, BreaksLinesOfLongTables) {
    Json list = Json::array({std::string(60, 'a'), std::string(60, 'b')});
    EXPECT_EQ(lua_literal(list),
              "{\n    \"" + std::string(60, 'a') + "\",\n    \"" + std::string(60, 'b') + "\",\n  }");
}
