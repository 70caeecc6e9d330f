#include "session/outbox_worker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace switchhook::session {
namespace {

namespace asio = boost::asio;
using core::Promise;
using core::Result;
using std::chrono::milliseconds;

constexpr milliseconds count_every{5'000};

asio::awaitable<void> wait(asio::steady_timer& timer, milliseconds time) {
    timer.expires_after(time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace

OutboxWorker::OutboxWorker(Options options, core::Outbox& outbox, const core::Clock& clock, core::Log& log,
                           core::Metrics& metrics)
    : options_(options), outbox_(outbox), clock_(clock), log_(log), metrics_(metrics), random_(options.seed) {}

void OutboxWorker::start(asio::any_io_executor executor) {
    executor_ = std::move(executor);
    started_ = true;
    asio::co_spawn(executor_, run(), asio::detached);
    asio::co_spawn(executor_, renew(), asio::detached);
}

void OutboxWorker::stop() {
    asio::post(executor_, [this] {
        stopped_ = true;
        if (next_look_) next_look_->cancel();
        if (next_renewal_) next_renewal_->cancel();
    });
}

asio::awaitable<Result<void>> OutboxWorker::promise(Promise promise) {
    if (promise.promised == core::Time()) promise.promised = clock_.now();
    promise.due = std::max(promise.due, promise.promised);
    auto made = co_await outbox_.promise(std::move(promise));
    if (made) wake();
    co_return made;
}

asio::awaitable<Result<void>> OutboxWorker::kept(std::string id) {
    co_return co_await outbox_.done(std::move(id));
}

// Has the worker look now. Many at once are one look.
void OutboxWorker::wake() {
    if (!started_ || woken_.exchange(true)) return;
    asio::post(executor_, [this] {
        if (next_look_) next_look_->cancel();
    });
}

asio::awaitable<void> OutboxWorker::run() {
    asio::steady_timer timer(executor_);
    next_look_ = &timer;
    while (!stopped_) {
        woken_ = false;
        co_await look();
        if (stopped_) break;
        if (!woken_) co_await wait(timer, options_.look_every);
    }
    next_look_ = nullptr;
}

asio::awaitable<void> OutboxWorker::look() {
    const auto now = clock_.now();
    // Counting looks at every promise: it is done when there is nothing else to do, or now and then.
    if ((changed_ && under_way_.empty()) || now - counted_ >= count_every) co_await count();
    if (under_way_.size() >= options_.at_once) co_return;
    auto due = co_await outbox_.claim(now, now + options_.claim_for, options_.at_once - under_way_.size());
    if (!due) co_return;  // the store has logged why
    for (auto& promise : *due) {
        if (!under_way_.insert(promise.id).second) continue;  // its claim could not be renewed in time
        asio::co_spawn(executor_, keep(std::move(promise)), asio::detached);
    }
}

asio::awaitable<void> OutboxWorker::count() {
    changed_ = false;
    counted_ = clock_.now();
    auto counts = co_await outbox_.count();
    if (!counts) co_return;
    metrics_.outbox_waiting.Set(static_cast<double>(counts->waiting));
    metrics_.outbox_dead.Set(static_cast<double>(counts->dead));
}

// An attempt may take longer than a claim holds, which is short so that the promises of an engine that was killed do
// not wait for long.
asio::awaitable<void> OutboxWorker::renew() {
    asio::steady_timer timer(executor_);
    next_renewal_ = &timer;
    while (!stopped_) {
        co_await wait(timer, options_.claim_for / 3);
        if (stopped_ || under_way_.empty()) continue;
        std::vector<std::string> ids(under_way_.begin(), under_way_.end());
        co_await outbox_.renew(std::move(ids), clock_.now() + options_.claim_for);
    }
    next_renewal_ = nullptr;
}

asio::awaitable<void> OutboxWorker::keep(Promise promise) {
    auto attempted = co_await attempt(promise);
    auto noted = co_await note(promise, attempted);
    if (!noted)
        log_.warn("what came of a promise is not kept: it is tried again",
                  {{"promise", promise.id}, {"flow", promise.business}, {"why", noted.error().message()}});
    under_way_.erase(promise.id);
    changed_ = true;
    wake();
}

asio::awaitable<Attempt> OutboxWorker::attempt(const Promise& promise) {
    auto how = kinds_.find(promise.kind);
    if (how == kinds_.end()) co_return TryLater{"this engine delivers no `" + promise.kind + "`"};
    std::string what;
    try {
        co_return co_await how->second(promise);
    } catch (const std::exception& error) {
        what = error.what();
    }
    co_return TryLater{what};
}

asio::awaitable<Result<void>> OutboxWorker::note(const Promise& promise, const Attempt& attempt) {
    if (auto* later = std::get_if<TryLater>(&attempt)) co_return co_await failed(promise, *later);
    if (auto* given_up = std::get_if<GiveUp>(&attempt)) co_return co_await bury(promise, given_up->reason);
    metrics_.outbox_delivered_total.Increment();
    log_.info("promise kept", {{"promise", promise.id},
                               {"flow", promise.business},
                               {"kind", promise.kind},
                               {"to", promise.destination},
                               {"attempts", std::int64_t{promise.attempts} + 1}});
    co_return co_await outbox_.done(promise.id);
}

asio::awaitable<Result<void>> OutboxWorker::failed(const Promise& promise, const TryLater& why) {
    const auto now = clock_.now();
    const auto last_chance = promise.promised + options_.give_up_after;
    if (now >= last_chance) co_return co_await bury(promise, why.reason);
    metrics_.outbox_failures_total.Increment();
    const auto due = std::min(now + why.after.value_or(pause_after(promise.attempts)), last_chance);
    log_.warn("promise not kept yet", {{"promise", promise.id},
                                       {"flow", promise.business},
                                       {"kind", promise.kind},
                                       {"to", promise.destination},
                                       {"attempts", std::int64_t{promise.attempts} + 1},
                                       {"why", why.reason},
                                       {"again_in_seconds", std::chrono::duration<double>(due - now).count()}});
    co_return co_await outbox_.postpone(promise.id, due, why.reason);
}

asio::awaitable<Result<void>> OutboxWorker::bury(const Promise& promise, const std::string& reason) {
    metrics_.outbox_failures_total.Increment();
    log_.error("promise given up: see `switchhook outbox`", {{"promise", promise.id},
                                                             {"flow", promise.business},
                                                             {"kind", promise.kind},
                                                             {"to", promise.destination},
                                                             {"attempts", std::int64_t{promise.attempts} + 1},
                                                             {"why", reason}});
    co_return co_await outbox_.bury(promise.id, reason);
}

// Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
milliseconds OutboxWorker::pause_after(unsigned attempts) {
    const auto most =
        std::min(options_.longest_pause, options_.first_pause * (std::int64_t{1} << std::min(attempts, 20U)));
    return milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
}

}  // namespace switchhook::session
