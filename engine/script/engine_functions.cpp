#include "script/engine_functions.hpp"

#include "core/did_you_mean.hpp"
#include "script/author_line.hpp"
#include "script/lua_json.hpp"
#include "script/option_check.hpp"
#include "script/phone_number.hpp"
#include "script/time_zone.hpp"

#include <lua.hpp>

#include <cmath>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::script {
namespace {

// What went wrong, if anything did; results are on the stack.
using Body = std::optional<std::string> (*)(lua_State* L);

// Lua errors and C++ exceptions must not meet: the error is raised when nothing of C++ is alive any more.
template <Body body>
int guarded(lua_State* L) {
    luaL_checkstack(L, 128, "no stack left");
    int top = lua_gettop(L);
    {
        std::optional<std::string> problem;
        try {
            problem = body(L);
        } catch (const std::exception& error) {
            problem = error.what();
        }
        if (!problem) return lua_gettop(L) - top;
        auto where = author_line(L);
        auto text = where.empty() ? *problem : where + ": " + *problem;
        lua_pushlstring(L, text.data(), text.size());
    }
    return lua_error(L);
}

std::optional<std::string> check(lua_State* L) {
    std::string verb = luaL_checkstring(L, 1);
    std::string class_name = luaL_checkstring(L, 2);
    auto options = to_json(L, 3, {.functions = true});
    if (!options) return verb + ": " + options.error().text();
    return check_table(verb, class_name, *options);
}

// (problem): raises it at the author's line.
std::optional<std::string> refuse(lua_State* L) {
    return std::string(luaL_checkstring(L, 1));
}

// (word, list): what was meant, as `did you mean "string"?`, or what there is.
std::optional<std::string> push_did_you_mean(lua_State* L) {
    std::string word = luaL_checkstring(L, 1);
    std::vector<std::string> words;
    for (int i = 1, count = static_cast<int>(lua_objlen(L, 2)); i <= count; ++i) {
        lua_rawgeti(L, 2, i);
        words.emplace_back(lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    auto text = core::did_you_mean(word, words);
    lua_pushlstring(L, text.data(), text.size());
    return {};
}

std::optional<std::string> zone_argument(lua_State* L, std::string& zone) {
    if (lua_type(L, 2) != LUA_TSTRING)
        return std::string("a time zone is a text with a continent and a city, such as \"America/New_York\"");
    zone = lua_tostring(L, 2);
    return {};
}

std::optional<std::string> push_zone_time(lua_State* L) {
    std::string zone;
    if (auto problem = zone_argument(L, zone)) return problem;
    auto epoch = lua_tonumber(L, 1);
    if (lua_type(L, 1) != LUA_TNUMBER || !(std::abs(epoch) < 1e15))
        return std::string("a time is a number, as os.time() gives it");
    auto time = zone_time(static_cast<std::int64_t>(std::floor(epoch)), zone);
    if (!time) return time.error();
    lua_createtable(L, 0, 11);
    auto number = [L](const char* name, int value) {
        lua_pushinteger(L, value);
        lua_setfield(L, -2, name);
    };
    number("year", time->year);
    number("month", time->month);
    number("day", time->day);
    number("hour", time->hour);
    number("min", time->minute);
    number("sec", time->second);
    number("wday", time->weekday);
    number("yday", time->year_day);
    number("offset", time->offset);
    lua_pushboolean(L, time->is_dst);
    lua_setfield(L, -2, "isdst");
    lua_pushstring(L, time->abbreviation.c_str());
    lua_setfield(L, -2, "zone");
    return {};
}

// A whole number in the table at index 1.
std::optional<std::string> read_field(lua_State* L, const char* name, std::optional<int> standard, int& value) {
    lua_getfield(L, 1, name);
    auto number = lua_tonumber(L, -1);
    bool missing = lua_isnil(L, -1);
    bool good = lua_type(L, -1) == LUA_TNUMBER && std::abs(number) < 1e9;
    lua_pop(L, 1);
    if (missing && standard) {
        value = *standard;
        return {};
    }
    if (!good)
        return "a local time is { year = 2026, month = 3, day = 2 }: `" + std::string(name) + "` is not a number";
    value = static_cast<int>(std::floor(number));
    return {};
}

std::optional<std::string> push_zone_epoch(lua_State* L) {
    std::string zone;
    if (auto problem = zone_argument(L, zone)) return problem;
    if (!lua_istable(L, 1)) return std::string("a local time is a table: { year = 2026, month = 3, day = 2 }");
    LocalTime local;
    if (auto problem = read_field(L, "year", {}, local.year)) return problem;
    if (auto problem = read_field(L, "month", {}, local.month)) return problem;
    if (auto problem = read_field(L, "day", {}, local.day)) return problem;
    if (auto problem = read_field(L, "hour", 12, local.hour)) return problem;
    if (auto problem = read_field(L, "min", 0, local.minute)) return problem;
    if (auto problem = read_field(L, "sec", 0, local.second)) return problem;
    auto epoch = zone_epoch(local, zone);
    if (!epoch) return epoch.error();
    lua_pushnumber(L, static_cast<double>(*epoch));
    return {};
}

// (text, country): what the number is, or nil and why it is none.
std::optional<std::string> push_phone(lua_State* L) {
    std::size_t size = 0;
    const char* text = luaL_checklstring(L, 1, &size);
    auto number = read_phone_number({text, size}, luaL_optstring(L, 2, ""));
    if (!number) {
        lua_pushnil(L);
        lua_pushlstring(L, number.error().data(), number.error().size());
        return {};
    }
    lua_createtable(L, 0, 9);
    auto field = [L](const char* name, const std::string& value) {
        if (value.empty()) return;
        lua_pushlstring(L, value.data(), value.size());
        lua_setfield(L, -2, name);
    };
    field("e164", number->e164);
    field("country", number->country);
    field("national", number->national);
    field("international", number->international);
    field("extension", number->extension);
    field("kind", number->kind);
    lua_pushinteger(L, number->code);
    lua_setfield(L, -2, "code");
    lua_pushboolean(L, number->valid);
    lua_setfield(L, -2, "valid");
    lua_pushboolean(L, number->possible);
    lua_setfield(L, -2, "possible");
    return {};
}

// (options, name, value): the order of the keys is nobody's business, so it need not be that of pairs.
int copy(lua_State* L) {
    lua_settop(L, 3);
    lua_createtable(L, 0, 4);
    if (lua_istable(L, 1)) {
        for (lua_pushnil(L); lua_next(L, 1) != 0;) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, 4);
        }
    }
    if (!lua_isnil(L, 2)) {
        lua_pushvalue(L, 2);
        lua_pushvalue(L, 3);
        lua_rawset(L, 4);
    }
    return 1;
}

// Pushes the value at `index`; a table as a copy, with copies of the tables in it. One with a metatable stays itself.
void push_snapshot(lua_State* L, int index) {
    luaL_checkstack(L, 8, "tables within each other");
    bool has_metatable = lua_getmetatable(L, index) != 0;
    if (has_metatable) lua_pop(L, 1);
    if (has_metatable || !lua_istable(L, index)) {
        lua_pushvalue(L, index);
        return;
    }
    lua_createtable(L, static_cast<int>(lua_objlen(L, index)), 0);
    int taken = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, index) != 0;) {
        lua_pushvalue(L, -2);
        push_snapshot(L, taken + 2);
        lua_rawset(L, taken);
        lua_pop(L, 1);
    }
}

// (value): what it is now, whatever becomes of the author's tables.
int snapshot(lua_State* L) {
    lua_settop(L, 1);
    push_snapshot(L, 1);
    return 1;
}

}  // namespace

void add_engine_functions(lua_State* L) {
    auto add = [L](const char* name, lua_CFunction function) {
        lua_pushcfunction(L, function);
        lua_setfield(L, -2, name);
    };
    add("copy", copy);
    add("snapshot", snapshot);
    add("check", guarded<check>);
    add("refuse", guarded<refuse>);
    add("did_you_mean", guarded<push_did_you_mean>);
    add("zone_time", guarded<push_zone_time>);
    add("zone_epoch", guarded<push_zone_epoch>);
    add("phone", guarded<push_phone>);
}

}  // namespace switchhook::script
