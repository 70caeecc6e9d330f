#include "script/lua_format.hpp"

#include "script/lua_text.hpp"
#include "script/slice.hpp"

#include <lua.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace switchhook::script {
namespace {

// One conversion, as "%-5.2f": what stands between the percent sign and the letter, and the letter.
struct Conversion {
    std::string flags;
    int width = 0;
    int precision = -1;
    char letter = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Reads up to two digits.
int read_number(std::string_view format, std::size_t& at) {
    int number = 0;
    for (int i = 0; i < 2 && at < format.size() && is_digit(format[at]); ++i)
        number = number * 10 + (format[at++] - '0');
    return number;
}

// Reads a conversion from behind its '%' to behind its letter.
Conversion read_conversion(lua_State* L, std::string_view format, std::size_t& at) {
    auto begin = at;
    Conversion conversion;
    while (at < format.size() && std::string_view("-+ #0").find(format[at]) != std::string_view::npos)
        conversion.flags += format[at++];
    conversion.width = read_number(format, at);
    if (at < format.size() && format[at] == '.') {
        ++at;
        conversion.precision = read_number(format, at);
    }
    conversion.letter = at < format.size() ? format[at++] : '\0';
    if (conversion.letter == 'p')
        luaL_error(L, "string.format: %%p is not available in flows: an address differs from run to run");
    if (conversion.letter == '\0' || conversion.flags.size() > 5 ||
        std::string_view("cdiouxXaAeEfFgGqs").find(conversion.letter) == std::string_view::npos) {
        std::string shown(format.substr(begin, at - begin));
        lua_pushlstring(L, shown.data(), shown.size());
        luaL_error(L, "invalid option '%%%s' to 'format'", lua_tostring(L, -1));
    }
    return conversion;
}

template <class Number>
void add_number(std::string& out, const Conversion& conversion, const char* length, Number number) {
    auto spec = "%" + conversion.flags + "*.*" + length + conversion.letter;
    std::array<char, 512> text;  // 308 digits before the point, 99 behind it
    auto size = std::snprintf(text.data(), text.size(), spec.c_str(), conversion.width, conversion.precision, number);
    out.append(text.data(), static_cast<std::size_t>(size));
}

// Numbers beyond 64 bits wrap as LuaJIT's do; what is no number is the smallest one.
std::int64_t to_integer(double number) {
    if (number >= -9223372036854775808.0 && number < 9223372036854775808.0) return static_cast<std::int64_t>(number);
    if (number >= 9223372036854775808.0 && number < 18446744073709551616.0)
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(number));
    return INT64_MIN;
}

void add_text(std::string& out, const Conversion& conversion, std::string_view text) {
    if (conversion.precision >= 0) text = text.substr(0, static_cast<std::size_t>(conversion.precision));
    auto width = static_cast<std::size_t>(conversion.width);
    auto padding = text.size() < width ? width - text.size() : 0;
    bool left = conversion.flags.find('-') != std::string::npos;
    if (!left) out.append(padding, ' ');
    out += text;
    if (left) out.append(padding, ' ');
}

// As a Lua string literal that reads back as the same bytes.
void add_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        if (c == '"' || c == '\\' || c == '\n') {
            out += '\\';
            out += text[i];
        } else if (c < 32 || c == 127) {
            bool digit_follows = i + 1 < text.size() && is_digit(text[i + 1]);
            std::array<char, 8> escape;
            std::snprintf(escape.data(), escape.size(), digit_follows ? "\\%03d" : "\\%d", c);
            out += escape.data();
        } else {
            out += text[i];
        }
    }
    out += '"';
}

void add_argument(lua_State* L, std::string& out, Conversion conversion, int argument) {
    luaL_checkany(L, argument);
    switch (conversion.letter) {
        case 'd':
        case 'i':
            return add_number(out, conversion, "ll", static_cast<long long>(to_integer(luaL_checknumber(L, argument))));
        case 'o':
        case 'u':
        case 'x':
        case 'X':
            return add_number(out, conversion, "ll",
                              static_cast<unsigned long long>(to_integer(luaL_checknumber(L, argument))));
        case 'c': {
            char c = static_cast<char>(to_integer(luaL_checknumber(L, argument)));
            return add_text(out, conversion, {&c, 1});
        }
        case 'q':
            return add_quoted(out, check_text(L, argument));
        case 's': {
            push_text_of(L, argument);
            std::size_t size = 0;
            const char* data = lua_tolstring(L, -1, &size);
            add_text(out, conversion, {data, size});
            return lua_pop(L, 1);
        }
        default: {
            auto number = luaL_checknumber(L, argument);
            return add_number(out, conversion, "", std::isnan(number) ? std::fabs(number) : number);
        }
    }
}

}  // namespace

int string_format(lua_State* L) {
    auto format = check_text(L, 1);
    std::string out;
    int argument = 1;
    for (std::size_t at = 0; at < format.size();) {
        auto percent = std::min(format.find('%', at), format.size());
        out += format.substr(at, percent - at);
        at = percent + 1;
        if (at > format.size()) break;
        if (at < format.size() && format[at] == '%') {
            out += '%';
            ++at;
            continue;
        }
        auto conversion = read_conversion(L, format, at);
        add_argument(L, out, conversion, ++argument);
        if (out.size() > slice_string_limit()) raise_string_limit(L);
    }
    if (out.size() > slice_string_limit()) raise_string_limit(L);
    lua_pushlstring(L, out.data(), out.size());
    return 1;
}

}  // namespace switchhook::script
