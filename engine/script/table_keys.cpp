#include "script/table_keys.hpp"

#include "script/lua_tokens.hpp"

#include <optional>

namespace switchhook::script {
namespace {

using Kind = LuaToken::Kind;

// An open bracket of any form. Only the curly ones hold keys.
struct Open {
    bool table = false;
    std::string key;                  // the one whose value is being written
    std::map<std::string, int> seen;  // with their lines
};

// The key that begins at a token, as `name =` or `["text"] =`.
std::optional<std::string> key_at(const std::vector<LuaToken>& tokens, std::size_t i) {
    auto symbol = [&](std::size_t at, std::string_view text) {
        return at < tokens.size() && tokens[at].is_symbol(text);
    };
    if (tokens[i].kind == Kind::name && symbol(i + 1, "=")) return tokens[i].text;
    if (symbol(i, "[") && i + 1 < tokens.size() && tokens[i + 1].kind == Kind::string && symbol(i + 2, "]") &&
        symbol(i + 3, "="))
        return tokens[i + 1].text;
    return std::nullopt;
}

}  // namespace

TableKeys::TableKeys(std::string_view source) {
    auto tokens = lua_tokens(source);
    std::vector<Open> open;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& token = tokens[i];
        bool item_begins = false;
        if (token.is_symbol("{") || token.is_symbol("(")) {
            open.push_back({token.is_symbol("{"), {}, {}});
            item_begins = open.back().table;
        } else if ((token.is_symbol("}") || token.is_symbol(")")) && !open.empty()) {
            open.pop_back();
        } else if ((token.is_symbol(",") || token.is_symbol(";")) && !open.empty()) {
            item_begins = open.back().table;
        }
        if (!item_begins || i + 1 >= tokens.size()) continue;
        auto& table = open.back();
        auto key = key_at(tokens, i + 1);
        table.key = key.value_or("");
        if (!key) continue;
        auto line = tokens[i + 1].line;
        if (auto [first, added] = table.seen.emplace(*key, line); !added) twice_.push_back({*key, first->second, line});
        Path path;
        for (const auto& bracket : open)
            if (bracket.table) path.push_back(bracket.key);
        lines_.emplace(std::move(path), line);
    }
}

int TableKeys::line_of(Path path) const {
    for (; !path.empty(); path.pop_back())
        if (auto found = lines_.find(path); found != lines_.end()) return found->second;
    return 0;
}

}  // namespace switchhook::script
