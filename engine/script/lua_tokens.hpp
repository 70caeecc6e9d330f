#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// One token of Lua 5.1 (with LuaJIT's additions), as the manual's §2.1 defines them.
struct LuaToken {
    enum class Kind { name, string, number, symbol, end };

    Kind kind = Kind::end;
    std::string text;  // a name (keywords too) or symbol as written; a string's value, its escapes resolved
    int line = 0;      // where it begins, from 1
    // The bytes of the source that it takes: from `begin` to before `end`.
    std::size_t begin = 0;
    std::size_t end = 0;

    bool is_name(std::string_view name) const { return kind == Kind::name && text == name; }
    bool is_symbol(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

// The tokens of a source without its comments; the last one is always of kind `end`.
//
// Knows tokens, not grammar: what is no Lua at all still gives tokens, and an unfinished string or comment ends
// with its line or with the source. Compiling tells the author about those.
std::vector<LuaToken> lua_tokens(std::string_view source);

}  // namespace switchhook::script
