#include "core/clock.hpp"

namespace switchhook::core {

Time SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace switchhook::core
