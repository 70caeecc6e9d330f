#pragma once

#include "core/secret.hpp"
#include "sim/latency.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace switchhook::sim {

// What to send, and how fast.
struct LoadOptions {
    enum class Kind {
        new_calls,      // each request is the first webhook of a call of its own
        continuations,  // each request is a key pressed on one of `calls` calls in progress
    };

    Kind kind = Kind::new_calls;
    std::uint16_t port = 0;                           // on 127.0.0.1
    std::string public_url = "https://hook.example";  // the origin that signatures are made for
    std::string voice_path = "/twilio/voice";
    core::Secret auth_token;
    std::string account_sid = "AC00000000000000000000000000000000";
    std::string from = "+14155550142";
    std::string to;            // the business's number
    std::string digits = "1";  // what is pressed
    std::string expected;      // text that every reply must contain
    std::size_t connections = 32;
    std::size_t calls = 1000;  // continuations: calls in progress, opened before the measurement
    double rate = 0;  // requests per second, at even distances (open loop); 0: each connection as fast as it can
    std::size_t keys_per_call = 0;  // continuations: ends once each call has had so many; 0: when time is up
    std::chrono::milliseconds warm_up{200};
    std::chrono::milliseconds duration{2000};
    std::uint64_t seed = 1;
    std::function<void()> on_start = {};  // called when all is connected and all calls are open: the load begins
};

struct LoadReport {
    std::uint64_t requests = 0;  // answered within the measurement
    std::uint64_t failures = 0;  // not 200, not TwiML, without the expected text, or a broken connection
    std::string first_failure;
    std::chrono::nanoseconds elapsed{};
    LatencyHistogram latency;  // open loop: from the time a request was due, so a stalled server is not flattered

    double rate() const {
        return elapsed.count() == 0 ? 0 : static_cast<double>(requests) * 1e9 / static_cast<double>(elapsed.count());
    }
};

// Sends signed voice webhooks over keep-alive connections from the calling thread, and returns when `duration` is
// over. Failed connections are counted and not opened again.
LoadReport run_load(const LoadOptions& options);

}  // namespace switchhook::sim
