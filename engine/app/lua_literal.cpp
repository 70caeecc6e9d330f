#include "app/lua_literal.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <regex>
#include <string_view>
#include <vector>

namespace switchhook::app {
namespace {

using core::Json;

constexpr std::size_t widest = 100;  // columns that a piece of text or a table on one line may have

std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += {'\\', c};
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            char code[8];
            std::snprintf(code, sizeof code, "\\%03u", byte);
            out += code;
        } else {
            out += c;
        }
    }
    return out;
}

// Where a text is best cut: behind a space, and never within a character.
std::size_t cut_of(std::string_view text) {
    if (text.size() <= widest) return text.size();
    if (auto space = text.rfind(' ', widest - 1); space != text.npos && space > 0) return space + 1;
    auto end = widest;
    while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return end;
}

bool is_name(const std::string& text) {
    static const std::regex name("[A-Za-z_][A-Za-z0-9_]*");
    constexpr std::array words = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                  "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                  "repeat",   "return", "then", "true", "until",  "while"};
    return std::regex_match(text, name) && std::find(words.begin(), words.end(), text) == words.end();
}

std::string number(const Json& value) {
    if (value.is_number_integer()) return value.dump();
    char text[32];
    std::snprintf(text, sizeof text, "%.14g", value.get<double>());
    return text;
}

}  // namespace

std::string lua_string(const std::string& text, std::size_t indent) {
    std::string_view rest = text;
    std::string out;
    do {
        auto size = cut_of(rest);
        if (!out.empty()) out += "\n" + std::string(indent, ' ') + ".. ";
        out += '"' + escaped(rest.substr(0, size)) + '"';
        rest.remove_prefix(size);
    } while (!rest.empty());
    return out;
}

std::string lua_literal(const Json& value, std::size_t indent, std::size_t before) {
    if (value.is_string()) return lua_string(value.get<std::string>(), indent + 2);
    if (value.is_number()) return number(value);
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (!value.is_structured()) return "nil";
    std::vector<std::string> parts;
    for (const auto& [key, item] : value.items()) {
        if (value.is_object() && item.is_null()) continue;
        auto text = lua_literal(item, indent + 2);
        if (value.is_object()) text.insert(0, (is_name(key) ? key : "[\"" + escaped(key) + "\"]") + " = ");
        parts.push_back(std::move(text));
    }
    if (parts.empty()) return "{}";
    std::size_t length = 0;
    for (const auto& part : parts) length += part.size() + 2;
    const bool one_line =
        length + std::max(indent, before) <= widest &&
        std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part.find('\n') != std::string::npos; });
    std::string out = "{";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        out += one_line ? " " : "\n" + std::string(indent + 2, ' ');
        out += parts[i] + (one_line && i + 1 == parts.size() ? "" : ",");
    }
    return out + (one_line ? " }" : "\n" + std::string(indent, ' ') + "}");
}

}  // namespace switchhook::app
