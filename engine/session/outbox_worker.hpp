#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>

namespace switchhook::session {

// What came of one attempt to keep a promise.
struct Kept {};
struct TryLater {
    std::string reason;
    std::optional<std::chrono::milliseconds> after = {};  // as the receiver asked; else the worker decides
};
struct GiveUp {
    std::string reason;
};
using Attempt = std::variant<Kept, TryLater, GiveUp>;

// Keeps promises: at least once, in order per business and destination. An attempt that fails holds back only what goes
// to the same destination, so that a CRM that is down delays no text message; nobody else could see their order.
//
// Attempts are repeated with exponential backoff and full jitter, until the promise is too old: then it is dead, and
// waits for `switchhook outbox retry`. Once started, it lives on one executor; promise() works from any thread.
class OutboxWorker {
public:
    using Deliver = std::function<boost::asio::awaitable<Attempt>(core::Promise promise)>;

    struct Options {
        std::chrono::milliseconds give_up_after = std::chrono::hours(24);
        std::chrono::milliseconds first_pause = std::chrono::seconds(2);  // at most; doubled for each attempt
        std::chrono::milliseconds longest_pause = std::chrono::minutes(10);
        std::chrono::milliseconds look_every = std::chrono::seconds(1);  // for what other engines and operators did
        std::chrono::milliseconds claim_for = std::chrono::seconds(6);   // renewed while an attempt takes longer
        std::size_t at_once = 32;
        std::uint64_t seed = 0;  // of the jitter
    };

    // All of it outlives the worker.
    OutboxWorker(Options options, core::Outbox& outbox, const core::Clock& clock, core::Log& log,
                 core::Metrics& metrics);

    // What keeps promises of this kind. What it throws counts as TryLater. REQUIRES: not started.
    void deliver(std::string kind, Deliver how) { kinds_[std::move(kind)] = std::move(how); }

    // Begins, on an executor of one thread, which no longer runs when the worker is destroyed.
    void start(boost::asio::any_io_executor executor);
    // Begins no more attempts.
    void stop();

    // Durable when it returns. Due at once, where no time is given. Promising the same id again changes nothing.
    boost::asio::awaitable<core::Result<void>> promise(core::Promise promise);
    // Whoever promised it has done it already.
    boost::asio::awaitable<core::Result<void>> kept(std::string id);

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> renew();
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> keep(core::Promise promise);
    boost::asio::awaitable<Attempt> attempt(const core::Promise& promise);
    boost::asio::awaitable<core::Result<void>> note(const core::Promise& promise, const Attempt& attempt);
    boost::asio::awaitable<core::Result<void>> failed(const core::Promise& promise, const TryLater& why);
    boost::asio::awaitable<core::Result<void>> bury(const core::Promise& promise, const std::string& reason);
    boost::asio::awaitable<void> count();
    std::chrono::milliseconds pause_after(unsigned attempts);
    void wake();

    const Options options_;
    core::Outbox& outbox_;
    const core::Clock& clock_;
    core::Log& log_;
    core::Metrics& metrics_;
    std::map<std::string, Deliver> kinds_;
    std::mt19937_64 random_;

    std::atomic<bool> started_{false};
    std::atomic<bool> woken_{false};
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer* next_look_ = nullptr;     // while run() runs
    boost::asio::steady_timer* next_renewal_ = nullptr;  // while renew() runs
    std::set<std::string> under_way_;                    // ids
    core::Time counted_{};
    bool changed_ = false;  // since then
    bool stopped_ = false;
};

}  // namespace switchhook::session
