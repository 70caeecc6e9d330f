#include "script/lua_reader.hpp"

#include "script/embedded.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace switchhook::script;
using Kind = LuaNode::Kind;

namespace {

// A tree as nested lists: "(local (names a) (values (+ 1 2)))".
std::string shape(const LuaNode& node) {
    switch (node.kind) {
        case Kind::name:
        case Kind::number:
        case Kind::boolean:
            return node.text;
        case Kind::string:
            return "'" + node.text + "'";
        case Kind::nil:
            return "nil";
        default:
            break;
    }
    std::string text = "(";
    if (node.is(Kind::binary) || node.is(Kind::unary)) text += node.text;
    if (node.is(Kind::method)) text += ":" + node.text;
    if (node.is(Kind::index)) text += ".";
    if (node.is(Kind::call)) text += "call";
    if (node.is(Kind::parentheses)) text += "paren";
    for (const auto& part : node.parts) text += (text.size() > 1 ? " " : "") + shape(part);
    return text + ")";
}

// The value of `return …`.
std::string expression(const std::string& text) {
    auto tree = read_lua("return " + text);
    return tree ? shape(tree->parts[0].parts[0]) : "refused";
}

std::string source_of(const LuaNode& node, const std::string& text) {
    return text.substr(node.begin, node.end - node.begin);
}

}  // namespace

TEST(LuaReader, BindsOperatorsAsLuaDoes) {
    EXPECT_EQ(expression("1 + 2 * 3"), "(+ 1 (* 2 3))");
    EXPECT_EQ(expression("a or b and not c == d"), "(or a (and b (== (not c) d)))");
    EXPECT_EQ(expression("-x ^ 2"), "(- (^ x 2))");
    EXPECT_EQ(expression("2 ^ -3 ^ 2"), "(^ 2 (- (^ 3 2)))");
    EXPECT_EQ(expression("'a' .. 'b' .. 'c'"), "(.. 'a' (.. 'b' 'c'))");
    EXPECT_EQ(expression("1 - 2 - 3"), "(- (- 1 2) 3)");
    EXPECT_EQ(expression("#t + 1 < 2"), "(< (+ (# t) 1) 2)");
}

TEST(LuaReader, ReadsCallsOfEveryForm) {
    EXPECT_EQ(expression("call:gather { digits = 1 }"), "(:gather call (('digits' 1)))");
    EXPECT_EQ(expression("require 'ivr'.menu(c, 2)"), "(call (. (call require 'ivr') 'menu') c 2)");
    EXPECT_EQ(expression("('%d'):format(a[1].b)"), "(:format (paren '%d') (. (. a 1) 'b'))");
    EXPECT_EQ(expression("f{}''()"), "(call (call (call f ()) ''))");
}

TEST(LuaReader, ReadsStatements) {
    auto tree = read_lua(R"(
local a, b = 1
local function f(x, ...) return x end
function a.b:c(y) goto out end
for i = 1, 10, 2 do break end
for k, v in pairs(t) do a.k, b = v end
while true do if a then elseif b then else end end
repeat local z = 1 until z
do ::out:: end
local goto_ = goto1; f()
return
)");
    ASSERT_TRUE(tree);
    std::vector<Kind> kinds;
    std::vector<int> lines;
    for (const auto& statement : tree->parts) {
        kinds.push_back(statement.kind);
        lines.push_back(statement.line);
    }
    EXPECT_EQ(kinds, (std::vector{Kind::local, Kind::local_function, Kind::assignment, Kind::count_loop,
                                  Kind::each_loop, Kind::while_loop, Kind::repeat_loop, Kind::do_block, Kind::local,
                                  Kind::call_statement, Kind::return_values}));
    EXPECT_EQ(lines, (std::vector{2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 11}));
    const auto& method = tree->parts[2].parts[1].parts[0];
    EXPECT_EQ(method.text, "a.b:c");
    EXPECT_EQ(shape(method.parts[0]), "(self y)");
}

TEST(LuaReader, KnowsTheBytesOfEveryPiece) {
    const std::string text = "local x = f( a )or -- why\n  (b and\n c)\nreturn x";
    auto tree = read_lua(text);
    ASSERT_TRUE(tree);
    const auto& value = tree->parts[0].parts[1].parts[0];
    EXPECT_EQ(source_of(tree->parts[0], text), "local x = f( a )or -- why\n  (b and\n c)");
    EXPECT_EQ(source_of(value.parts[0], text), "f( a )");
    EXPECT_EQ(source_of(value.parts[1], text), "(b and\n c)");
    EXPECT_EQ(value.parts[1].line, 2);
    EXPECT_EQ(source_of(tree->parts[1], text), "return x");
}

TEST(LuaReader, GivesUpOnWhatIsNoLua) {
    for (const char* text : {"return return", "local 1 = 2", "f", "a.b", "if a then", "x = = 1", "return {1 2}",
                             "for i do end", "local function f( end", "f() = 1", "end", "a, f() = 1, 2", "return 1 2"})
        EXPECT_FALSE(read_lua(text)) << text;
}

TEST(LuaReader, GivesUpOnWhatIsNestedTooDeep) {
    auto nested = [](std::size_t depth) { return "return " + std::string(depth, '(') + "1" + std::string(depth, ')'); };
    EXPECT_TRUE(read_lua(nested(100)));
    EXPECT_FALSE(read_lua(nested(100'000)));
    EXPECT_FALSE(read_lua("return " + std::string(100'000, '{')));
    std::string blocks;
    for (int i = 0; i < 100'000; ++i) blocks += "do ";
    EXPECT_FALSE(read_lua(blocks));
}

TEST(LuaReader, ReadsAllLuaOfTheRepository) {
    for (const auto& script : embedded_scripts()) EXPECT_TRUE(read_lua(script.text)) << script.name;
    for (const char* root : {"flows", "examples", "tests/script"})
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::filesystem::path(SOURCE_DIR) / root)) {
            if (entry.path().extension() != ".lua") continue;
            std::ifstream file(entry.path());
            std::string text(std::istreambuf_iterator<char>(file), {});
            EXPECT_TRUE(read_lua(text)) << entry.path();
        }
}
