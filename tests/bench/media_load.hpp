#pragma once

#include "bench/media_call.hpp"
#include "bench/tls.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace switchhook::bench {

// N callers and the model that they talk with, on one thread.
class MediaLoad {
public:
    // With `tls`, which outlives it, both ends speak TLS.
    explicit MediaLoad(const ModelHabits& habits, const Tls* tls = nullptr);
    ~MediaLoad();

    // Where the model listens.
    std::uint16_t model_port() const;

    // Has so many calls talk for `warm_up`, then measures for `duration`; `on_start` and `on_end` are called at its
    // ends. Through the engine one call talks first, and alone until `on_first` returns: what the engine allocates once
    // is there by then. Throws std::runtime_error where not all of them talk within ten seconds.
    struct Run {
        std::size_t calls = 0;
        std::chrono::milliseconds warm_up{1500};
        std::chrono::milliseconds duration{5000};
        bool from_the_first_frame = false;  // counts what happens before `warm_up` too
        std::function<void()> on_first = [] {};
        std::function<void()> on_start = [] {};
        std::function<void()> on_end = [] {};
    };
    // Through the engine at this port, or through the floor's relay.
    const MediaResults& through_engine(std::uint16_t port, const Run& run);
    const MediaResults& through_relay(std::uint16_t port, const Run& run);

private:
    struct State;
    const MediaResults& measure(const Run& run);

    std::unique_ptr<State> state_;
};

}  // namespace switchhook::bench
