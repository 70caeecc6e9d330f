#include "script/author_values.hpp"

#include "core/lower_case.hpp"
#include "core/shortened.hpp"
#include "script/secret_names.hpp"

#include <lua.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace switchhook::script {
namespace {

constexpr std::size_t most_values = 8;
constexpr std::size_t most_fields = 6;
constexpr std::size_t longest_text = 40;

// Words in the names of what must not be read in a log either.
constexpr std::array<std::string_view, 8> private_words = {"key", "pin", "digits", "card",
                                                           "cvv", "ssn", "auth",   "code"};

bool is_private(const std::string& name) {
    auto is_in_it = [plain = core::lower_case(name)](auto word) { return plain.find(word) != std::string::npos; };
    return speaks_of_a_secret(name) || std::ranges::any_of(private_words, is_in_it);
}

// What may be a phone number shows its last four digits.
std::string masked(const std::string& text) {
    std::string shown;
    for (std::size_t i = 0; i < text.size();) {
        auto end = i;
        while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
        if (end - i >= 7)
            shown += "…" + text.substr(end - 4, 4);
        else
            shown += text.substr(i, std::max<std::size_t>(end - i, 1));
        i = std::max(end, i + 1);
    }
    return shown;
}

// A value that is no table; nothing for what is no plain value.
std::optional<std::string> plain(lua_State* L, int index) {
    switch (lua_type(L, index)) {
        case LUA_TNIL:
            return "nil";
        case LUA_TBOOLEAN:
            return lua_toboolean(L, index) != 0 ? "true" : "false";
        case LUA_TNUMBER: {
            std::array<char, 32> text{};
            std::snprintf(text.data(), text.size(), "%.14g", lua_tonumber(L, index));
            return text.data();
        }
        case LUA_TSTRING: {
            std::size_t size = 0;
            const auto* text = lua_tolstring(L, index, &size);
            return "\"" + core::shortened(masked({text, size}), longest_text) + "\"";
        }
        default:
            return std::nullopt;
    }
}

std::string table(lua_State* L, int index) {
    std::map<std::string, std::string> fields;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        if (lua_type(L, -2) == LUA_TSTRING && fields.size() < most_fields) {
            std::string name = lua_tostring(L, -2);
            if (auto value = plain(L, lua_gettop(L)); value && !is_private(name)) fields.emplace(name, *value);
        }
        lua_pop(L, 1);
    }
    std::string text;
    for (const auto& [name, value] : fields) text += (text.empty() ? "" : ", ") + name + " = " + value;
    return text.empty() ? "{ … }" : "{ " + text + " }";
}

// The value on top of the stack. A call, an agent and their like have a metatable, and are no news.
std::optional<std::string> shown(lua_State* L) {
    int index = lua_gettop(L);
    if (lua_type(L, index) != LUA_TTABLE) return plain(L, index);
    if (lua_getmetatable(L, index) != 0) {
        lua_pop(L, 1);
        return std::nullopt;
    }
    return table(L, index);
}

}  // namespace

std::string author_values(lua_State* L) {
    if (lua_checkstack(L, 8) == 0) return {};
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame) == 1; ++level) {
        lua_getinfo(L, "S", &frame);
        if (frame.source[0] != '@') continue;
        std::vector<std::pair<std::string, std::string>> values;
        for (int i = 1;; ++i) {
            const char* given = lua_getlocal(L, &frame, i);
            if (given == nullptr) break;
            std::string name = given;
            // Lua's own variables, of a loop, are in parentheses.
            auto value = name[0] == '(' || is_private(name) ? std::nullopt : shown(L);
            lua_pop(L, 1);
            std::erase_if(values, [&](const auto& one) { return one.first == name; });  // a new one of that name
            if (value) values.emplace_back(name, *value);
        }
        if (values.size() > most_values) values.erase(values.begin(), values.end() - most_values);
        std::string text;
        for (const auto& [name, value] : values) text += (text.empty() ? "" : ", ") + name + " = " + value;
        return text;
    }
    return {};
}

}  // namespace switchhook::script
