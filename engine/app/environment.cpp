#include "app/environment.hpp"

#include "core/trimmed.hpp"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>

namespace switchhook::app {
namespace {

bool is_name(std::string_view text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

// What comes before a comment: a # at the start or after a blank.
std::string_view without_comment(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '#' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t'))
            return core::trimmed(text.substr(0, i));
    return core::trimmed(text);
}

// What stands right of '=': in single quotes as it is, in double quotes with \n, \" and \\, bare up to a comment.
// Nothing if a quote is not closed, or followed by more than a comment.
std::optional<std::string> value_of(std::string_view right) {
    auto text = core::trimmed(right);
    if (text.empty() || (text[0] != '"' && text[0] != '\'')) return std::string(without_comment(right));
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == text[0])
            return without_comment(text.substr(i + 1)).empty() ? std::optional(value) : std::nullopt;
        if (text[i] == '\\' && text[0] == '"' && i + 1 < text.size()) {
            char next = text[++i];
            value += next == 'n' ? '\n' : next;
        } else {
            value += text[i];
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> read_env_file(const std::filesystem::path& path) {
    std::vector<std::string> problems;
    std::ifstream file(path);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        auto text = core::trimmed(line);
        if (text.empty() || text[0] == '#') continue;
        if (text.starts_with("export ")) text = core::trimmed(text.substr(7));
        auto equals = text.find('=');
        auto name = core::trimmed(text.substr(0, equals));
        auto value = equals == text.npos ? std::nullopt : value_of(text.substr(equals + 1));
        if (value && is_name(name))
            setenv(std::string(name).c_str(), value->c_str(), 0);
        else
            problems.push_back(path.string() + ":" + std::to_string(number) + ": not a setting: write NAME=value");
    }
    return problems;
}

std::string environment(std::initializer_list<const char*> names) {
    for (const auto* name : names)
        if (const auto* value = std::getenv(name); value && *value) return value;
    return {};
}

}  // namespace switchhook::app
