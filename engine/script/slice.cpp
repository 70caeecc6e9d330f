#include "script/slice.hpp"

#include "script/author_line.hpp"
#include "script/limits.hpp"
#include "script/watchdog.hpp"

#include <lua.hpp>

namespace switchhook::script {
namespace {

using Watched = Watchdog::Watched;

const char expired_error = 0;  // its address is the error value: raising it allocates nothing

bool slice_runs() {
    return Watched::here != nullptr && Watched::here->running != 0;
}

}  // namespace

bool slice_expired() noexcept {
    if (Watched::here == nullptr) return false;
    auto running = Watched::here->running.load(std::memory_order_relaxed);
    return running != 0 && running == Watched::here->expired.load(std::memory_order_relaxed);
}

int raise_slice_expired(lua_State* L) {
    if (Watched::here != nullptr && Watched::here->expired_at.empty()) {
        Watched::here->expired_at = author_line(L);
        // In a coroutine whose functions are all the engine's, blame the line that the flow itself is at.
        if (Watched::here->expired_at.empty()) Watched::here->expired_at = author_line(Watched::here->state.load());
    }
    lua_sethook(L, raise_if_slice_expired, LUA_MASKCOUNT, 1);
    lua_pushlightuserdata(L, const_cast<char*>(&expired_error));
    lua_error(L);
    __builtin_unreachable();
}

void raise_if_slice_expired(lua_State* L, lua_Debug*) {
    // The signal may have come late, when its slice had ended and another had begun.
    if (!slice_expired())
        lua_sethook(L, nullptr, 0, 0);
    else
        raise_slice_expired(L);
}

std::size_t slice_string_limit() noexcept {
    return slice_runs() ? Watched::here->string_limit : Limits{}.string_bytes;
}

int raise_string_limit(lua_State* L) {
    luaL_error(L, "a string of more than %d bytes: build it in parts, or keep the parts in a table",
               static_cast<int>(slice_string_limit()));
    __builtin_unreachable();
}

core::Time slice_now() noexcept {
    return slice_runs() ? Watched::here->now : core::Time{};
}

}  // namespace switchhook::script
