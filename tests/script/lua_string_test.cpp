#include "script/lua_string.hpp"

#include "script/library_state.hpp"

#include <gtest/gtest.h>
#include <lua.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace switchhook::script;

namespace {

// LuaJIT's own functions and ours, in one state: what both give for the same arguments is compared in Lua.
constexpr const char* compare = R"lua(
local builtin, ours = ...
local function pack(...) return {n = select('#', ...), ...} end
local function shown(results)
  local parts = {}
  for i = 1, results.n do
    local value = results[i]
    parts[i] = type(value) .. ":" .. tostring(value):gsub("^[^ ]-:%d+: ", "")
  end
  return table.concat(parts, "|")
end
local function all(library, name, ...)
  if name == "gmatch" then
    local found = {}
    local subject, pattern = ...
    local ok, message = pcall(function()
      for a, b, c in library.gmatch(subject, pattern) do
        found[#found + 1] = tostring(a) .. "," .. tostring(b) .. "," .. tostring(c)
        if #found > 100 then break end
      end
    end)
    return shown({n = 2, table.concat(found, ";"), ok or message})
  end
  return shown(pack(pcall(library[name], ...)))
end
return function(name, ...)
  local theirs, mine = all(builtin, name, ...), all(ours, name, ...)
  if theirs ~= mine then return "LuaJIT: " .. theirs .. "\n  ours: " .. mine end
end
)lua";

class BesideLuaJit : public testing::Test {
protected:
    BesideLuaJit() : ours_(1), state_(luaL_newstate(), lua_close) {
        auto L = state_.get();
        luaL_openlibs(L);
        luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
        EXPECT_EQ(luaL_loadstring(L, compare), 0);
        lua_getglobal(L, "string");
        lua_createtable(L, 0, 8);
        add_string_functions(L);
        add_string_parts(L);
        lua_getfield(L, -1, "gsub_text");
        lua_setfield(L, -2, "gsub");
        lua_call(L, 2, 1);
    }

    // The difference, if there is one.
    std::string difference(const char* name, const std::vector<std::string>& arguments, int start = 0) {
        auto L = state_.get();
        lua_settop(L, 1);
        lua_pushvalue(L, 1);
        lua_pushstring(L, name);
        for (auto& argument : arguments) lua_pushlstring(L, argument.data(), argument.size());
        if (start != 0) lua_pushinteger(L, start);
        if (lua_pcall(L, lua_gettop(L) - 2, 1, 0) != 0) return lua_tostring(L, -1);
        return lua_isnil(L, -1) ? "" : lua_tostring(L, -1);
    }

    LibraryState ours_;
    std::unique_ptr<lua_State, decltype(&lua_close)> state_;
};

// Texts that are likely to be patterns, or nearly.
class Texts {
public:
    std::string pattern() {
        static const std::vector<std::string> pieces = {
            "a",     "b",     "c",      ".",      "%a",     "%d",     "%s",    "%w",
            "%W",    "%u",    "%p",     "%z",     "%x",     "%g",     "%l",    "%C",
            "[abc]", "[^a]",  "[a-c]",  "[%a_]",  "[^%d]",  "[]]",    "[^]]",  "[a-]",
            "[%]]",  "[a-%]", "[a-%%]", "[%a-z]", "*",      "+",      "-",     "?",
            "^",     "$",     "(",      ")",      "()",     "(",      ")",     "%1",
            "%2",    "%0",    "%b()",   "%bab",   "%f[%a]", "%f[^a]", "%f",    "%b",
            "%",     "[",     "]",      "[^",     "[a",     "%%",     "%(",    std::string(1, '\0'),
            "\xe9",  "_",     "1",      " ",      "(a)",    "(.-)",   "(%a*)", ".*",
            ".-",    ".+"};
        return from(pieces, 7);
    }
    std::string subject() {
        static const std::vector<std::string> pieces = {
            "a", "b", "c", "ab", "aa", "(",  ")", "1", " ", "_", "A", "\xe9", std::string(1, '\0'),
            "%", "]", "-", "^",  "$",  "\n", "("};
        return from(pieces, 12);
    }
    std::string replacement() {
        static const std::vector<std::string> pieces = {"x", "%0", "%1", "%2", "%%", "%", "%a", ""};
        return from(pieces, 3);
    }
    int upto(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

private:
    std::string from(const std::vector<std::string>& pieces, int longest) {
        std::string text;
        for (int i = upto(longest + 1); i > 0; --i) text += pieces[random_() % pieces.size()];
        return text;
    }
    std::mt19937 random_{20260302};
};

}  // namespace

TEST_F(BesideLuaJit, PatternsGiveTheSameInEveryFunction) {
    Texts texts;
    int differences = 0;
    for (int i = 0; i < 60'000 && differences < 5; ++i) {
        auto subject = texts.subject(), pattern = texts.pattern(), replacement = texts.replacement();
        for (auto& found :
             {difference("find", {subject, pattern}, texts.upto(20) - 8),
              difference("match", {subject, pattern}, texts.upto(20) - 8), difference("gmatch", {subject, pattern}),
              difference("gsub", {subject, pattern, replacement}, texts.upto(3))}) {
            differences += found.empty() ? 0 : 1;
            EXPECT_EQ(found, "") << "subject " << testing::PrintToString(subject) << ", pattern "
                                 << testing::PrintToString(pattern) << ", replacement " << replacement;
        }
    }
}

TEST_F(BesideLuaJit, FormatGivesTheSame) {
    for (auto format : {"%d",   "%5d|",   "%-5d|", "%05d",  "%+d",    "% d",   "%i",     "%u",    "%x",   "%X",
                        "%#x",  "%o",     "%c",    "%5c",   "%e",     "%.3e",  "%E",     "%f",    "%.0f", "%10.2f|",
                        "%g",   "%.14g",  "%G",    "%a",    "%s",     "%10s|", "%-10s|", "%.2s|", "%q",   "%%",
                        "a%%b", "%5.1s|", "%99d",  "%.99f", "%05.1f", "%.5d",  "plain",  ""}) {
        for (auto argument : {"0", "1", "-1", "65", "3.7", "-3.7", "1e15", "1e300", "123456789"})
            EXPECT_EQ(difference("format", {format, argument}), "") << format << " of " << argument;
    }
    for (auto text : {"a\"b", "a\\b", "a\nb", "a\rb", "tab\t1", "\x7f\xff"}) {
        EXPECT_EQ(difference("format", {"%q", text}), "");
        EXPECT_EQ(difference("format", {"<%s>", text}), "");
    }
    EXPECT_EQ(difference("format", {"%q", std::string("\0001\0", 3)}), "");
    EXPECT_EQ(difference("format", {"%d", "x"}), "");
    EXPECT_EQ(difference("format", {"%d"}), "");
    EXPECT_EQ(difference("format", {"%s"}), "");
}

TEST_F(BesideLuaJit, RepGivesTheSame) {
    EXPECT_EQ(difference("rep", {"ab"}, 3), "");
    EXPECT_EQ(difference("rep", {"ab"}, -3), "");
    EXPECT_EQ(difference("rep", {""}, 1000), "");
    EXPECT_EQ(difference("rep", {"ab", "3", ", "}), "");
    EXPECT_EQ(difference("rep", {"ab"}), "");
}
