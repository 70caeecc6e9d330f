#include "net/form.hpp"

#include <algorithm>

namespace switchhook::net {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string decode(std::string_view text) {
    // Runs of plain characters are copied at once: most of a webhook is nothing else.
    auto plain = [](std::string_view rest) {
        auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '+' || c == '%'; });
        return static_cast<std::size_t>(end - rest.begin());
    };
    auto next = plain(text);
    if (next == text.size()) return std::string(text);
    std::string out;
    out.reserve(text.size());
    for (; next < text.size(); next = plain(text)) {
        out.append(text.substr(0, next));
        text.remove_prefix(next);
        if (text[0] == '+') {
            out += ' ';
            text.remove_prefix(1);
        } else if (text.size() > 2 && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0) {
            out += static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
            text.remove_prefix(3);
        } else {
            out += '%';
            text.remove_prefix(1);
        }
    }
    return out.append(text);
}

void append_percent(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte / 16];
    out += digits[byte % 16];
}

void append_encoded(std::string& out, std::string_view text) {
    for (char c : text) {
        if (is_alphanumeric(c) || c == '*' || c == '-' || c == '.' || c == '_')
            out += c;
        else if (c == ' ')
            out += '+';
        else
            append_percent(out, c);
    }
}

}  // namespace

std::optional<std::string_view> Form::find(std::string_view key) const noexcept {
    for (const auto& [name, value] : fields_)
        if (name == key) return value;
    return std::nullopt;
}

Form decode_form(std::string_view text) {
    Form form;
    form.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '&')) + 1);
    while (!text.empty()) {
        auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        auto equals = pair.find('=');
        auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        form.add(decode(pair.substr(0, equals)), decode(value));
    }
    return form;
}

std::string encode_form(const Form& form) {
    std::string out;
    for (const auto& [key, value] : form) {
        if (!out.empty()) out += '&';
        append_encoded(out, key);
        out += '=';
        append_encoded(out, value);
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~')
            out += c;
        else
            append_percent(out, c);
    }
    return out;
}

}  // namespace switchhook::net
