#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace switchhook::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

// Something that waits for bytes.
class Readable {
public:
    virtual ~Readable() = default;
    virtual void ready() = 0;
};

// epoll and timers on one thread, with as little around them as can be: the load shares the machine with what it
// measures.
class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // REQUIRES: the descriptor is closed before `handler` is gone.
    void watch(int descriptor, Readable& handler);
    // Does it then, or as soon as it can afterwards.
    void at(SteadyTime time, std::function<void()> what);
    void run_until(SteadyTime end);

private:
    struct Timer {
        SteadyTime time;
        std::uint64_t order;  // of those due at the same time
        std::function<void()> what;
    };
    static bool later(const Timer& a, const Timer& b) { return a.time != b.time ? a.time > b.time : a.order > b.order; }

    int epoll_;
    std::uint64_t timers_made_ = 0;
    std::vector<Timer> timers_;  // a heap, the next one first
};

}  // namespace switchhook::bench
