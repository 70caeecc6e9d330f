#include "app/numbers_file.hpp"

#include "script/lua_tokens.hpp"

#include <algorithm>
#include <vector>

namespace switchhook::app {
namespace {

using script::LuaToken;
using Tokens = std::vector<LuaToken>;

bool same(const LuaToken& a, const LuaToken& b) {
    return a.kind == b.kind && a.text == b.text;
}

// Without the one that stands for the end.
Tokens tokens_of(std::string_view text) {
    auto tokens = script::lua_tokens(text);
    tokens.pop_back();
    return tokens;
}

// Where the line of a token begins.
std::size_t line_of(const std::string& text, const LuaToken& token) {
    std::size_t at = 0;
    for (int line = 1; line < token.line; ++line) at = text.find('\n', at) + 1;
    return at;
}

// The table that the file returns at its end, by its tokens: `{` and `}`. Nothing if it does not end so.
struct Table {
    std::size_t opens, closes;
};
std::optional<Table> returned_table(const Tokens& tokens) {
    auto closes = tokens.size();
    if (closes > 0 && tokens[closes - 1].is_symbol(";")) --closes;
    if (closes < 3 || !tokens[--closes].is_symbol("}")) return std::nullopt;
    for (std::size_t i = closes, depth = 0; i > 0; --i) {
        if (tokens[i].is_symbol("}")) ++depth;
        if (!tokens[i].is_symbol("{") || --depth > 0) continue;
        if (!tokens[i - 1].is_name("return")) return std::nullopt;
        return Table{i, closes};
    }
    return std::nullopt;
}

// Puts `symbol` right behind the first `count` tokens, where no comment and no string swallows it.
std::string insert_behind(const std::string& text, const Tokens& tokens, std::size_t count, const std::string& symbol) {
    auto wanted = tokens;
    wanted.insert(wanted.begin() + static_cast<std::ptrdiff_t>(count), LuaToken{LuaToken::Kind::symbol, symbol, 0});
    for (auto at = line_of(text, tokens[count - 1]); at <= text.size(); ++at) {
        auto made = text.substr(0, at) + symbol + text.substr(at);
        if (std::ranges::equal(tokens_of(made), wanted, same)) return made;
    }
    return text;
}

// Where the symbol is, which is the `index`-th token.
std::size_t place_of(const std::string& text, const Tokens& tokens, std::size_t index) {
    const auto& symbol = tokens[index].text;
    auto at = text.find(symbol, line_of(text, tokens[index]));
    while (at != text.npos && (tokens_of(std::string_view(text).substr(0, at)).size() != index ||
                               tokens_of(std::string_view(text).substr(0, at + symbol.size())).size() != index + 1))
        at = text.find(symbol, at + 1);
    return at;
}

}  // namespace

std::string new_numbers_file() {
    return "-- Which number runs which flow. A number's settings are laid over the flow's own, as\n"
           "--   [\"+15550100\"] = { flow = \"bistro\", settings = { front_desk = \"+15550101\" } },\n"
           "return {\n"
           "}\n";
}

std::optional<std::string> with_number(const std::string& text, const std::string& number, const std::string& flow,
                                       const std::string& remark) {
    auto tokens = tokens_of(text);
    auto table = returned_table(tokens);
    if (!table) return std::nullopt;
    auto made = text;
    const auto& last = tokens[table->closes - 1];
    if (table->opens + 1 != table->closes && !last.is_symbol(",") && !last.is_symbol(";")) {
        made = insert_behind(text, tokens, table->closes, ",");
        tokens = tokens_of(made);
        ++table->closes;
    }
    auto brace = place_of(made, tokens, table->closes);
    if (brace == made.npos) return std::nullopt;
    auto line = line_of(made, tokens[table->closes]);
    bool alone = made.find_first_not_of(" \t", line) == brace;
    auto entry = "  [\"" + number + "\"] = \"" + flow + "\"," + (remark.empty() ? "" : " -- " + remark) + "\n";
    made.insert(alone ? line : brace, alone ? entry : "\n" + entry);
    // A bracket, a number, a bracket, =, a name and a comma.
    if (tokens_of(made).size() != tokens.size() + 6) return std::nullopt;
    return made;
}

bool has_number(const std::string& text, const std::string& number) {
    auto tokens = script::lua_tokens(text);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i].kind == LuaToken::Kind::string && tokens[i].text == number && tokens[i + 1].is_symbol("]"))
            return true;
    return false;
}

}  // namespace switchhook::app
