#pragma once

#include <chrono>

namespace switchhook::core {

// A moment, in ms since 1970-01-01 UTC.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// Where time comes from. Tests hand in a ManualClock.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

class SystemClock final : public Clock {
public:
    Time now() const override;
};

// Stands still until it is told to move.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Time start) : now_(start) {}
    Time now() const override { return now_; }
    void set(Time time) { now_ = time; }
    void advance(std::chrono::milliseconds by) { now_ += by; }

private:
    Time now_;
};

}  // namespace switchhook::core
