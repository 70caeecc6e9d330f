#include "script/lua_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace switchhook::script;
using testing::ElementsAre;
using Kind = LuaToken::Kind;

namespace {

std::vector<std::string> texts(std::string_view source) {
    std::vector<std::string> all;
    for (const auto& token : lua_tokens(source))
        if (token.kind != Kind::end) all.push_back(token.text);
    return all;
}

LuaToken first(std::string_view source) {
    return lua_tokens(source).front();
}

}  // namespace

TEST(LuaTokens, SplitsAStatement) {
    EXPECT_THAT(texts("local x_1=a.b:c(...)..'s'~=2"),
                ElementsAre("local", "x_1", "=", "a", ".", "b", ":", "c", "(", "...", ")", "..", "s", "~=", "2"));
}

TEST(LuaTokens, LeavesOutCommentsOfBothForms) {
    EXPECT_THAT(texts("a -- require 'x'\nb --[[ c\n d ]] e --[==[ ]] ]=] ]==] f --[ g\n h"),
                ElementsAre("a", "b", "e", "f", "h"));
}

TEST(LuaTokens, KnowsTheLineOfEveryToken) {
    auto tokens = lua_tokens("a\n--[[\n\n]] b [[\nx\n]] c 'x\\\ny' d");
    std::vector<int> lines;
    for (const auto& token : tokens) lines.push_back(token.line);
    EXPECT_THAT(lines, ElementsAre(1, 4, 4, 6, 6, 7, 7));
}

TEST(LuaTokens, CountsWindowsLineEndsOnce) {
    EXPECT_EQ(lua_tokens("a\r\nb\r\nc")[2].line, 3);
}

TEST(LuaTokens, ResolvesEscapesInStrings) {
    EXPECT_EQ(first(R"("a\"b")").text, "a\"b");
    EXPECT_EQ(first(R"('\n\t\\\'')").text, "\n\t\\'");
    EXPECT_EQ(first(R"("\43\0491")").text, "+11");
    EXPECT_EQ(first(R"("\x2b1")").text, "+1");
    EXPECT_EQ(first(R"("\u{e9}\u{20AC}\u{1F600}")").text, "é€😀");
    EXPECT_EQ(first("\"a\\z  \n  b\"").text, "ab");
    EXPECT_EQ(first("'a\\\nb'").text, "a\nb");
}

TEST(LuaTokens, TakesLongStringsAsTheyAre) {
    EXPECT_EQ(first("[[a\\n]]").text, "a\\n");
    EXPECT_EQ(first("[==[\na]]b]=]c]==]").text, "a]]b]=]c");
    EXPECT_EQ(first("[==[x]==]").kind, Kind::string);
}

TEST(LuaTokens, TellsAnIndexFromALongString) {
    EXPECT_THAT(texts("t[1] t[ [[k]] ]"), ElementsAre("t", "[", "1", "]", "t", "[", "k", "]"));
}

TEST(LuaTokens, KeepsNumbersWhole) {
    EXPECT_THAT(texts("1 3.5 .5 0x1F 1e-3 0xA.8p+1 10LL 1..2"),
                ElementsAre("1", "3.5", ".5", "0x1F", "1e-3", "0xA.8p+1", "10LL", "1..2"));
    EXPECT_EQ(first(".5").kind, Kind::number);
}

TEST(LuaTokens, EndsUnfinishedStringsWithTheirLineOrTheSource) {
    EXPECT_THAT(texts("'abc\nd"), ElementsAre("abc", "d"));
    EXPECT_THAT(texts("[[abc\nd"), ElementsAre("abc\nd"));
    EXPECT_THAT(texts("a --[[ b"), ElementsAre("a"));
    EXPECT_THAT(texts("'a\\"), ElementsAre("a"));
    EXPECT_THAT(texts("'\\x"), ElementsAre("x"));
}

TEST(LuaTokens, SkipsAByteOrderMarkAndAShebang) {
    EXPECT_THAT(texts("#!/usr/bin/luajit\nx"), ElementsAre("x"));
    EXPECT_THAT(texts("\xEF\xBB\xBFx"), ElementsAre("x"));
}

TEST(LuaTokens, EndsEverySourceWithAnEnd) {
    EXPECT_EQ(first("").kind, Kind::end);
    EXPECT_EQ(lua_tokens("x").back().kind, Kind::end);
}
