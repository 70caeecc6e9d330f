#pragma once

#include "core/waiters.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace switchhook::core {

// Something that coroutines of one executor wait for. Not thread-safe: waiters and set() share a thread.
//
// A waiter resumes inside set(), before it returns: an answer travels from a webhook to its flow and back
// without a turn of the event loop. Every frame of every voice passes several of these, so a waiter is kept in the
// coroutine that waits, and waking it allocates nothing.
//
// Whoever still waits when the event or the executor's context ends is destroyed.
class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() {
        while (!waiters_.empty()) waiters_.front().take();
    }

    // Suspends until the next set().
    boost::asio::awaitable<void> wait() {
        // What begins the wait is kept in the coroutine's frame, and the waiter with it.
        auto begin = [this, waiter = Waiter()](Waiter::Resume resume) mutable {
            if (!context_waiters_) context_waiters_ = &ContextWaiters::of(boost::asio::get_associated_executor(resume));
            waiter.begin(std::move(resume), waiters_, *context_waiters_);
        };
        return boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(std::move(begin),
                                                                                         boost::asio::use_awaitable);
    }

    // Wakes everyone who waits now.
    void set() {
        Waiter::OfEvent waiters;
        waiters.swap(waiters_);
        while (!waiters.empty()) waiters.front().take()();
    }

    bool has_waiters() const { return !waiters_.empty(); }

private:
    Waiter::OfEvent waiters_;
    ContextWaiters* context_waiters_ = nullptr;
};

}  // namespace switchhook::core
