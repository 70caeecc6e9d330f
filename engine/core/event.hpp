#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace switchhook::core {

// Something that coroutines of one executor wait for. Not thread-safe: waiters and set() share a thread.
//
// A waiter resumes inside set(), before it returns: an answer travels from a webhook to its flow and back
// without a turn of the event loop.
class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    // Suspends until the next set().
    boost::asio::awaitable<void> wait() {
        co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
            [this](auto handler) {
                waiters_.push_back(std::make_unique<Waiter<decltype(handler)>>(std::move(handler)));
            },
            boost::asio::use_awaitable);
    }

    // Wakes everyone who waits now.
    void set() {
        auto waiters = std::exchange(waiters_, {});
        for (auto& waiter : waiters) waiter->wake();
    }

    bool has_waiters() const { return !waiters_.empty(); }

private:
    struct AnyWaiter {
        virtual ~AnyWaiter() = default;
        virtual void wake() = 0;
    };

    template <class Handler>
    struct Waiter final : AnyWaiter {
        explicit Waiter(Handler h) : handler(std::move(h)) {}
        void wake() override {
            auto executor = boost::asio::get_associated_executor(handler);
            boost::asio::dispatch(executor, std::move(handler));
        }
        Handler handler;
    };

    std::vector<std::unique_ptr<AnyWaiter>> waiters_;
};

}  // namespace switchhook::core
