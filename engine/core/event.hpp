#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/slist.hpp>

#include <optional>
#include <utility>

namespace switchhook::core {

// Something that coroutines of one executor wait for. Not thread-safe: waiters and set() share a thread.
//
// A waiter resumes inside set(), before it returns: an answer travels from a webhook to its flow and back
// without a turn of the event loop. Every frame of every voice passes several of these, so a waiter is kept in the
// coroutine that waits, and waking it allocates nothing.
class Event {
    using Resume = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;
    struct Waiter : boost::intrusive::slist_base_hook<> {
        std::optional<Resume> resume;
    };
    using Waiters = boost::intrusive::slist<Waiter, boost::intrusive::cache_last<true>>;

public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    // Whoever still waits is destroyed.
    ~Event() {
        while (!waiters_.empty()) take_first(waiters_);
    }

    // Suspends until the next set().
    boost::asio::awaitable<void> wait() {
        // What begins the wait is kept in the coroutine's frame, and the waiter with it.
        auto begin = [this, waiter = Waiter()](Resume resume) mutable {
            waiter.resume.emplace(std::move(resume));
            waiters_.push_back(waiter);
        };
        return boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(std::move(begin),
                                                                                         boost::asio::use_awaitable);
    }

    // Wakes everyone who waits now.
    void set() {
        Waiters waiters;
        waiters.swap(waiters_);
        while (!waiters.empty()) take_first(waiters)();
    }

    bool has_waiters() const { return !waiters_.empty(); }

private:
    // What is taken out owns the coroutine, and with it the waiter that it was in.
    static Resume take_first(Waiters& waiters) {
        auto& first = waiters.front();
        waiters.pop_front();
        return std::move(*first.resume);
    }

    Waiters waiters_;
};

}  // namespace switchhook::core
