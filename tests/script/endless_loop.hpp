#pragma once

namespace switchhook::script {

// ThreadSanitizer holds a signal back until the thread next calls into its runtime, which a loop in Lua may never do:
// nothing would end it. A test of such a loop begins with
//
//     if (signals_are_held_back) GTEST_SKIP() << held_back_signals;
#ifdef __SANITIZE_THREAD__
inline constexpr bool signals_are_held_back = true;
#else
inline constexpr bool signals_are_held_back = false;
#endif

inline constexpr const char* held_back_signals = "ThreadSanitizer holds back the signal that ends a loop in Lua";

}  // namespace switchhook::script
