#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace switchhook::core {

class Waiter;

// All who wait on one context. A coroutine that waits is often the owner of the event that it waits for: such a pair
// would outlive the context that alone could wake it, as no timer or socket of a context does.
class ContextWaiters : public boost::asio::execution_context::service {
public:
    using key_type = ContextWaiters;
    inline static boost::asio::execution_context::id id;

    explicit ContextWaiters(boost::asio::execution_context& context) : service(context) {}

    static ContextWaiters& of(const boost::asio::any_io_executor& executor) {
        return boost::asio::use_service<ContextWaiters>(boost::asio::query(executor, boost::asio::execution::context));
    }

    // A table, not a list: whoever comes or goes touches no other waiter, of whom each is on a cache line of its own.
    std::uint32_t add(Waiter& waiter) {
        if (free_.empty()) {
            waiters_.push_back(&waiter);
            return static_cast<std::uint32_t>(waiters_.size() - 1);
        }
        auto place = free_.back();
        free_.pop_back();
        waiters_[place] = &waiter;
        return place;
    }
    void remove(std::uint32_t place) {
        waiters_[place] = nullptr;
        free_.push_back(place);
    }

private:
    void shutdown() override;

    std::vector<Waiter*> waiters_;     // null: nobody
    std::vector<std::uint32_t> free_;  // the places where nobody is, the latest last: it is in the cache
};

// A coroutine that waits for an Event, in the list of the event and among those of the context that it runs on.
// It leaves both where it is destroyed.
class Waiter {
    using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

    Hook hook_;
    ContextWaiters* context_ = nullptr;  // null: waits no more, or not yet
    std::uint32_t place_ = 0;
    std::optional<boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type> resume_;

public:
    using Resume = decltype(resume_)::value_type;
    using OfEvent = boost::intrusive::list<Waiter, boost::intrusive::member_hook<Waiter, Hook, &Waiter::hook_>,
                                           boost::intrusive::constant_time_size<false>>;

    Waiter() = default;
    // Only before it waits.
    Waiter(Waiter&&) noexcept {}
    ~Waiter() { leave(); }

    void begin(Resume resume, OfEvent& waiters, ContextWaiters& context) {
        resume_.emplace(std::move(resume));
        waiters.push_back(*this);
        context_ = &context;
        place_ = context.add(*this);
    }

    // What is taken out owns the coroutine, and with it the waiter that it was in.
    Resume take() {
        leave();
        return std::move(*resume_);
    }

private:
    void leave() {
        hook_.unlink();
        if (context_) std::exchange(context_, nullptr)->remove(place_);
    }
};

inline void ContextWaiters::shutdown() {
    while (free_.size() < waiters_.size())
        for (std::size_t i = 0; i < waiters_.size(); ++i)
            if (waiters_[i]) waiters_[i]->take();
}

}  // namespace switchhook::core
