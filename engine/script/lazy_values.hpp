#pragma once

#include <span>
#include <string_view>

struct lua_State;

namespace switchhook::script {

// What is made only when a flow first uses it, since most flows use little of what there is: a global, as "math", or a
// function of a library, as "string.gsub".
struct LazyValue {
    std::string_view name;
    void (*push)(lua_State* L);  // pushes the value; may raise
};

// Lists live as long as the process.
struct LazyValues {
    std::span<const LazyValue> values;
    const LazyValues* more = nullptr;
};

// Which values a state makes for itself.
void set_lazy_values(lua_State* L, const LazyValues& values);

// Makes a value and sets it in the table at `index`, under the last part of its name. Pushes it and gives true; pushes
// nothing if there is none of that name.
bool push_lazy_value(lua_State* L, std::string_view name, int index);

// Makes what a library ("_G": the globals) still has to make, for those who list it. `index` is its table.
void make_lazy_values_of(lua_State* L, std::string_view library, int index);

}  // namespace switchhook::script
