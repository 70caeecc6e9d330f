#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/outbox.hpp"
#include "core/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace switchhook::session {

// Forgets what has been kept for long enough: calls with their journals, promises that were kept, and values that have
// expired; when it starts, and then every hour. A few at a time, so that no caller waits for it.
class Retention {
public:
    struct Options {
        std::chrono::milliseconds keep = std::chrono::days(30);
        std::chrono::milliseconds every = std::chrono::hours(1);
        std::chrono::milliseconds pause{20};  // between two batches
        std::size_t batch = 50;               // calls
    };

    // All of it outlives the retention.
    Retention(Options options, core::Store& store, core::Outbox& outbox, const core::Clock& clock, core::Log& log);

    // Begins, on an executor of one thread, which no longer runs when the retention is destroyed.
    void start(boost::asio::any_io_executor executor);
    void stop();

    // Forgets what is old now.
    boost::asio::awaitable<void> forget_old();

private:
    boost::asio::awaitable<void> run();

    const Options options_;
    core::Store& store_;
    core::Outbox& outbox_;
    const core::Clock& clock_;
    core::Log& log_;
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer* timer_ = nullptr;  // while run() runs
    bool stopped_ = false;
};

}  // namespace switchhook::session
