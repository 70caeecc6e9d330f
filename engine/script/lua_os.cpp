#include "script/lua_os.hpp"

#include "script/lua_text.hpp"
#include "script/slice.hpp"

#include <lua.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <locale.h>
#include <string>

namespace switchhook::script {
namespace {

using namespace std::chrono;

std::int64_t now_seconds() {
    return floor<seconds>(slice_now()).time_since_epoch().count();
}

// A field of os.time's table, or `otherwise`.
std::int64_t field(lua_State* L, const char* name, double otherwise) {
    lua_getfield(L, 1, name);
    if (lua_isnil(L, -1)) {
        if (std::isnan(otherwise)) return luaL_error(L, "field '%s' missing in date table", name);
        lua_pop(L, 1);
        return static_cast<std::int64_t>(otherwise);
    }
    auto number = lua_tonumber(L, -1);
    if (lua_isnumber(L, -1) == 0 || !(std::abs(number) <= 1e9))
        return luaL_error(L, "field '%s' in date table is not a number that a date can have", name);
    lua_pop(L, 1);
    return static_cast<std::int64_t>(number);
}

// Fields out of range run over into the next, as with mktime: the 32nd of May is the 1st of June.
int os_time(lua_State* L) {
    if (lua_isnoneornil(L, 1)) {
        lua_pushnumber(L, static_cast<double>(now_seconds()));
        return 1;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    auto year = field(L, "year", NAN), month = field(L, "month", NAN) - 1, day = field(L, "day", NAN);
    auto hour = field(L, "hour", 12), minute = field(L, "min", 0), second = field(L, "sec", 0);
    year += (month >= 0 ? month : month - 11) / 12;
    month = ((month % 12) + 12) % 12;
    if (year < -9999 || year > 9999) return luaL_error(L, "os.time: the year must be between -9999 and 9999");
    auto first =
        sys_days(std::chrono::year(static_cast<int>(year)) / std::chrono::month(static_cast<unsigned>(month + 1)) / 1);
    auto time = ((first.time_since_epoch().count() + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
    lua_pushnumber(L, static_cast<double>(time));
    return 1;
}

void set_field(lua_State* L, const char* name, int value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

void push_date_table(lua_State* L, const std::tm& date) {
    lua_createtable(L, 0, 9);
    set_field(L, "year", date.tm_year + 1900);
    set_field(L, "month", date.tm_mon + 1);
    set_field(L, "day", date.tm_mday);
    set_field(L, "hour", date.tm_hour);
    set_field(L, "min", date.tm_min);
    set_field(L, "sec", date.tm_sec);
    set_field(L, "wday", date.tm_wday + 1);
    set_field(L, "yday", date.tm_yday + 1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "isdst");
}

// The C locale by name: the process's own may be set by any library.
void add_formatted(std::string& out, const std::tm& date, char letter) {
    static const locale_t english = newlocale(LC_ALL_MASK, "C", nullptr);
    char spec[] = {'%', letter, '\0'};
    std::array<char, 128> text;
    out.append(text.data(), strftime_l(text.data(), text.size(), spec, &date, english));
}

int os_date(lua_State* L) {
    auto format = lua_isnoneornil(L, 1) ? std::string_view("%c") : check_text(L, 1);
    double given = luaL_optnumber(L, 2, static_cast<double>(now_seconds()));
    if (!(std::abs(given) <= 3e11)) return luaL_argerror(L, 2, "no time that a date can be given for");
    auto time = static_cast<std::time_t>(std::floor(given));
    std::tm date{};
    gmtime_r(&time, &date);
    date.tm_zone = "UTC";
    if (format.starts_with('!')) format.remove_prefix(1);
    if (format == "*t") {
        push_date_table(L, date);
        return 1;
    }
    std::string out;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 == format.size()) {
            out += format[i];
            continue;
        }
        char letter = format[++i];
        if (std::string_view("aAbBcdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%").find(letter) == std::string_view::npos)
            return luaL_error(
                L, "os.date: %%%c is no part of a date: use those of strftime, as in \"%%Y-%%m-%%d %%H:%%M\"", letter);
        add_formatted(out, date, letter);
        if (out.size() > slice_string_limit()) raise_string_limit(L);
    }
    lua_pushlstring(L, out.data(), out.size());
    return 1;
}

int os_difftime(lua_State* L) {
    lua_pushnumber(L, luaL_checknumber(L, 1) - luaL_optnumber(L, 2, 0));
    return 1;
}

}  // namespace

void add_os_functions(lua_State* L) {
    static const luaL_Reg functions[] = {
        {"time", os_time}, {"date", os_date}, {"difftime", os_difftime}, {nullptr, nullptr}};
    luaL_register(L, nullptr, functions);
}

}  // namespace switchhook::script
