#include "script/lazy_values.hpp"

#include <lua.hpp>

namespace switchhook::script {
namespace {

constexpr const char* values_field = "switchhook.lazy";

const LazyValues* values_of(lua_State* L) {
    lua_getfield(L, LUA_REGISTRYINDEX, values_field);
    auto* values = static_cast<const LazyValues*>(lua_touserdata(L, -1));
    lua_pop(L, 1);
    return values;
}

// "string.gsub" is of "string", "math" of "_G".
std::string_view library_of(std::string_view name) {
    auto dot = name.find('.');
    return dot == std::string_view::npos ? "_G" : name.substr(0, dot);
}

std::string_view field_of(std::string_view name) {
    return name.substr(name.find('.') + 1);
}

}  // namespace

void set_lazy_values(lua_State* L, const LazyValues& values) {
    lua_pushlightuserdata(L, const_cast<LazyValues*>(&values));
    lua_setfield(L, LUA_REGISTRYINDEX, values_field);
}

bool push_lazy_value(lua_State* L, std::string_view name, int index) {
    for (auto* list = values_of(L); list != nullptr; list = list->more) {
        for (auto& value : list->values) {
            if (value.name != name) continue;
            auto field = field_of(name);
            lua_pushlstring(L, field.data(), field.size());
            value.push(L);
            lua_pushvalue(L, -1);
            lua_insert(L, -3);
            lua_rawset(L, index);
            return true;
        }
    }
    return false;
}

void make_lazy_values_of(lua_State* L, std::string_view library, int index) {
    for (auto* list = values_of(L); list != nullptr; list = list->more) {
        for (auto& value : list->values) {
            if (library_of(value.name) != library) continue;
            auto field = field_of(value.name);
            lua_pushlstring(L, field.data(), field.size());
            lua_rawget(L, index);
            bool made = !lua_isnil(L, -1);
            lua_pop(L, 1);
            if (!made && push_lazy_value(L, value.name, index)) lua_pop(L, 1);
        }
    }
}

}  // namespace switchhook::script
