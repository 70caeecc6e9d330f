#pragma once

#include "script/library.hpp"

#include <gtest/gtest.h>
#include <lua.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace switchhook::script {

// A state with the library that flows get.
class LibraryState {
public:
    explicit LibraryState(std::uint64_t seed = 1) : state_(luaL_newstate(), lua_close) {
        luaJIT_setmode(state_.get(), 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
        open_library(state_.get(), {.seed = seed});
        lua_pushcfunction(state_.get(), log);
        add_global(state_.get(), "log");
        lua_pushlightuserdata(state_.get(), &logged);
        lua_setfield(state_.get(), LUA_REGISTRYINDEX, "logged");
    }

    // What flow.lua returns, values separated by blanks; or its error.
    std::string run(const std::string& source) {
        auto L = state_.get();
        lua_settop(L, 0);
        if (luaL_loadbuffer(L, source.data(), source.size(), "@flow.lua") != 0 || lua_pcall(L, 0, LUA_MULTRET, 0) != 0)
            return "error: " + text(-1);
        std::string all;
        for (int i = 1; i <= lua_gettop(L); ++i) all += (i > 1 ? " " : "") + text(i);
        return all;
    }

    lua_State* get() const { return state_.get(); }

    std::string logged;  // what was printed, a line each

private:
    std::string text(int index) {
        auto L = state_.get();
        if (lua_isboolean(L, index)) return lua_toboolean(L, index) != 0 ? "true" : "false";
        if (lua_isnil(L, index)) return "nil";
        std::size_t size = 0;
        auto data = lua_tolstring(L, index, &size);
        return data == nullptr ? std::string("a ") + luaL_typename(L, index) : std::string(data, size);
    }

    static int log(lua_State* L) {
        lua_getfield(L, LUA_REGISTRYINDEX, "logged");
        *static_cast<std::string*>(lua_touserdata(L, -1)) += std::string(lua_tostring(L, 1)) + "\n";
        return 0;
    }

    std::unique_ptr<lua_State, decltype(&lua_close)> state_;
};

// Runs flow.lua in a fresh state.
inline std::string run(const std::string& source) {
    return LibraryState().run(source);
}

}  // namespace switchhook::script
