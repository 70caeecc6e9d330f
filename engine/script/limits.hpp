#pragma once

#include <chrono>
#include <cstddef>

namespace switchhook::script {

// What one call's run of a flow may use.
struct Limits {
    std::chrono::microseconds cpu_per_slice{20'000};    // from one ask to the next
    std::chrono::microseconds cpu_per_call{1'000'000};  // all slices together
    std::size_t memory_bytes = 8 << 20;                 // of the Lua state
    std::size_t string_bytes = 1 << 20;                 // any one string built by rep, concat, format, gsub
    std::size_t asks = 10'000;
    std::size_t source_bytes = 256 << 10;  // a flow and its modules together
};

}  // namespace switchhook::script
