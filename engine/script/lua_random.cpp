#include "script/lua_random.hpp"

#include <lua.hpp>

#include <array>
#include <bit>
#include <cmath>

namespace switchhook::script {
namespace {

using State = std::array<std::uint64_t, 4>;

std::uint64_t splitmix64(std::uint64_t& seed) {
    auto z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

std::uint64_t draw(State& s) {
    auto result = std::rotl(s[1] * 5, 7) * 9;
    auto t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return result;
}

int math_random(lua_State* L) {
    auto& state = *static_cast<State*>(lua_touserdata(L, lua_upvalueindex(1)));
    double unit = static_cast<double>(draw(state) >> 11) * 0x1p-53;
    int count = lua_gettop(L);
    if (count == 0) {
        lua_pushnumber(L, unit);
        return 1;
    }
    double low = count == 1 ? 1 : std::floor(luaL_checknumber(L, 1));
    int last = count == 1 ? 1 : 2;
    double high = std::floor(luaL_checknumber(L, last));
    if (!(low <= high)) return luaL_argerror(L, last, "interval is empty");
    lua_pushnumber(L, low + std::floor(unit * (high - low + 1)));
    return 1;
}

int math_randomseed(lua_State* L) {
    return luaL_error(L, "math.randomseed is not available in flows: each call has a seed of its own");
}

}  // namespace

void add_random_functions(lua_State* L, std::uint64_t seed) {
    auto& state = *static_cast<State*>(lua_newuserdata(L, sizeof(State)));
    for (auto& word : state) word = splitmix64(seed);
    lua_pushcclosure(L, math_random, 1);
    lua_setfield(L, -2, "random");
    lua_pushcfunction(L, math_randomseed);
    lua_setfield(L, -2, "randomseed");
}

}  // namespace switchhook::script
