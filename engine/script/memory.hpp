#pragma once

#include "script/arena.hpp"

#include <cstddef>

namespace switchhook::script {

// What one Lua state holds, and may hold. Hand `allocate` and the cap itself to lua_newstate. The state's memory goes
// with the cap.
//
// The limit is for the flow's own code: it is off until set, and off again while the engine works in the state
// outside a protected call, where a failed allocation would end the process.
class MemoryCap {
public:
    static void* allocate(void* cap, void* block, std::size_t old_size, std::size_t new_size) noexcept;

    void limit(std::size_t bytes) noexcept { limit_ = bytes; }
    void lift() noexcept { limit_ = no_limit; }

    std::size_t used() const noexcept { return used_; }

    // True if an allocation was refused since forget_refusal: Lua's own code for it is not always LUA_ERRMEM.
    bool refused() const noexcept { return refused_; }
    void forget_refusal() noexcept { refused_ = false; }

    // From now on, refuses the nth growing allocation while the limit is on (1: the next). For tests.
    void refuse_nth(std::size_t nth) noexcept { refuse_in_ = nth; }

private:
    static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

    bool refuses(std::size_t growth) noexcept;
    std::size_t slab_limit() const noexcept { return limit_ == no_limit ? no_limit : 2 * limit_; }

    Arena arena_;
    std::size_t used_ = 0;
    std::size_t limit_ = no_limit;
    std::size_t refuse_in_ = 0;
    bool refused_ = false;
};

}  // namespace switchhook::script
