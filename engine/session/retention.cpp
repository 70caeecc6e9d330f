#include "session/retention.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace switchhook::session {

namespace asio = boost::asio;

Retention::Retention(Options options, core::Store& store, core::Outbox& outbox, const core::Clock& clock,
                     core::Log& log)
    : options_(options), store_(store), outbox_(outbox), clock_(clock), log_(log) {}

void Retention::start(asio::any_io_executor executor) {
    executor_ = std::move(executor);
    asio::co_spawn(executor_, run(), asio::detached);
}

void Retention::stop() {
    asio::post(executor_, [this] {
        stopped_ = true;
        if (timer_) timer_->cancel();
    });
}

asio::awaitable<void> Retention::run() {
    asio::steady_timer timer(executor_);
    timer_ = &timer;
    while (!stopped_) {
        co_await forget_old();
        if (stopped_) break;
        timer.expires_after(options_.every);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    timer_ = nullptr;
}

asio::awaitable<void> Retention::forget_old() {
    const auto before = clock_.now() - options_.keep;
    std::size_t calls = 0;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    while (!stopped_) {
        auto pruned = co_await store_.prune(before, options_.batch);
        if (!pruned) break;  // the store has logged why; there is a next time
        calls += *pruned;
        if (*pruned < options_.batch) break;
        pause.expires_after(options_.pause);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (calls > 0) log_.info("old calls forgotten", {{"calls", calls}});
    co_await outbox_.forget_kept(before);
}

}  // namespace switchhook::session
