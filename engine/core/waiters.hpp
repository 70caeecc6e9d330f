#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>

#include <optional>
#include <utility>

namespace switchhook::core {

// A coroutine that waits for an Event, in the list of the event and in the list of the context that it runs on.
// It leaves both where it is destroyed.
class Waiter {
    using Unlinked = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
    using Hook = boost::intrusive::list_member_hook<Unlinked>;
    template <Hook Waiter::*hook>
    using ListOf = boost::intrusive::list<Waiter, boost::intrusive::member_hook<Waiter, Hook, hook>,
                                          boost::intrusive::constant_time_size<false>>;

    Hook event_hook_;
    Hook context_hook_;

public:
    using Resume = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;
    using OfEvent = ListOf<&Waiter::event_hook_>;
    using OfContext = ListOf<&Waiter::context_hook_>;

    Waiter() = default;
    // Only before it waits.
    Waiter(Waiter&&) noexcept {}

    // What is taken out owns the coroutine, and with it the waiter that it was in.
    template <class List>
    static Resume take_first(List& waiters) {
        auto& first = waiters.front();
        first.event_hook_.unlink();
        first.context_hook_.unlink();
        return std::move(*first.resume);
    }

    std::optional<Resume> resume;
};

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

    void add(Waiter& waiter) { waiters_.push_back(waiter); }

private:
    void shutdown() override {
        while (!waiters_.empty()) Waiter::take_first(waiters_);
    }

    Waiter::OfContext waiters_;
};

}  // namespace switchhook::core
