#include "net/form.hpp"

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
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
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
