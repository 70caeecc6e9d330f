#include "script/lua_tokens.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace switchhook::script {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// LuaJIT takes every byte from 128 on as a letter.
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 128;
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
    auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | code >> 6);
        byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        byte(0xE0 | code >> 12);
        byte(0x80 | (code >> 6 & 0x3F));
        byte(0x80 | (code & 0x3F));
    } else {
        byte(0xF0 | (code >> 18 & 7));
        byte(0x80 | (code >> 12 & 0x3F));
        byte(0x80 | (code >> 6 & 0x3F));
        byte(0x80 | (code & 0x3F));
    }
}

class Scanner {
public:
    explicit Scanner(std::string_view source) : source_(source) {
        if (source_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;  // a byte order mark
        if (peek() == '#') skip_line();                       // a shebang
    }

    LuaToken next() {
        skip_blanks_and_comments();
        LuaToken token{LuaToken::Kind::end, {}, line_, at_, at_};
        if (done()) return token;
        if (is_letter(peek())) {
            token.kind = LuaToken::Kind::name;
            while (is_letter(peek()) || is_digit(peek())) token.text += take();
        } else if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) {
            token.kind = LuaToken::Kind::number;
            token.text = number();
        } else if (peek() == '"' || peek() == '\'') {
            token.kind = LuaToken::Kind::string;
            token.text = quoted();
        } else if (auto level = long_bracket()) {
            token.kind = LuaToken::Kind::string;
            token.text = long_text(*level);
        } else {
            token.kind = LuaToken::Kind::symbol;
            token.text = symbol();
        }
        token.end = at_;
        return token;
    }

private:
    bool done() const { return at_ >= source_.size(); }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

    char take() {
        auto c = source_[at_++];
        if (c == '\n') ++line_;
        return c;
    }

    void skip_line() {
        while (!done() && peek() != '\n') take();
    }

    void skip_blanks_and_comments() {
        while (!done()) {
            if (peek() == '-' && peek(1) == '-') {
                at_ += 2;
                if (auto level = long_bracket())
                    long_text(*level);
                else
                    skip_line();
            } else if (is_blank(peek())) {
                take();
            } else {
                return;
            }
        }
    }

    static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    // The number of '=' of the long bracket that opens here, if one does.
    std::optional<std::size_t> long_bracket() const {
        if (peek() != '[') return std::nullopt;
        std::size_t level = 0;
        while (peek(1 + level) == '=') ++level;
        if (peek(1 + level) != '[') return std::nullopt;
        return level;
    }

    std::string long_text(std::size_t level) {
        at_ += level + 2;
        if (peek() == '\r') ++at_;
        if (peek() == '\n') take();
        auto closing = "]" + std::string(level, '=') + "]";
        std::string text;
        while (!done() && source_.substr(at_, closing.size()) != closing) text += take();
        at_ += done() ? 0 : closing.size();
        return text;
    }

    std::string number() {
        std::string text;
        while (is_letter(peek()) || is_digit(peek()) || peek() == '.') {
            auto c = take();
            text += c;
            bool hexadecimal = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
            bool exponent = hexadecimal ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
            if (exponent && (peek() == '+' || peek() == '-')) text += take();
        }
        return text;
    }

    std::string quoted() {
        auto quote = take();
        std::string text;
        while (!done() && peek() != quote && peek() != '\n') {
            auto c = take();
            if (c == '\\')
                escape(text);
            else
                text += c;
        }
        if (peek() == quote) take();
        return text;
    }

    // What stands behind a backslash.
    void escape(std::string& text) {
        if (done()) return;
        auto c = take();
        static constexpr std::string_view letters = "abfnrtv", values = "\a\b\f\n\r\t\v";
        if (auto i = letters.find(c); i != letters.npos) {
            text += values[i];
        } else if (is_digit(c)) {
            int value = c - '0';
            for (int more = 0; more < 2 && is_digit(peek()); ++more) value = value * 10 + (take() - '0');
            text += static_cast<char>(value);
        } else if (c == 'x' && hex_value(peek()) >= 0 && hex_value(peek(1)) >= 0) {
            auto high = hex_value(take());
            text += static_cast<char>(high * 16 + hex_value(take()));
        } else if (c == 'u' && peek() == '{') {
            take();
            std::uint32_t code = 0;
            while (hex_value(peek()) >= 0) code = code * 16 + static_cast<std::uint32_t>(hex_value(take()));
            if (peek() == '}') take();
            append_utf8(text, code);
        } else if (c == 'z') {
            while (!done() && is_blank(peek())) take();
        } else {
            text += c;
        }
    }

    std::string symbol() {
        static constexpr std::array<std::string_view, 7> long_symbols = {"...", "..", "==", "~=", "<=", ">=", "::"};
        for (auto candidate : long_symbols) {
            if (source_.substr(at_, candidate.size()) != candidate) continue;
            at_ += candidate.size();
            return std::string(candidate);
        }
        return std::string(1, take());
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace

std::vector<LuaToken> lua_tokens(std::string_view source) {
    Scanner scanner(source);
    std::vector<LuaToken> tokens;
    do tokens.push_back(scanner.next());
    while (tokens.back().kind != LuaToken::Kind::end);
    return tokens;
}

}  // namespace switchhook::script
