#pragma once

#include "core/errc.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>

namespace switchhook::net {
namespace detail {

template <class T>
struct Outcome {
    std::optional<core::Result<T>> result;
    std::exception_ptr exception;
};

// `||` waits for the first success, so a failure must not travel through it as an exception.
template <class T>
boost::asio::awaitable<Outcome<T>> caught(boost::asio::awaitable<core::Result<T>> operation) {
    Outcome<T> outcome;
    try {
        outcome.result.emplace(co_await std::move(operation));
    } catch (...) {
        outcome.exception = std::current_exception();
    }
    co_return outcome;
}

inline boost::asio::awaitable<void> expiry(std::chrono::steady_clock::duration after) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, after);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

}  // namespace detail

// What the operation gives, or Errc::timed_out once `limit` has passed: the operation is then cancelled
// (cancellation_type::terminal) and its end is awaited, so what it refers to may be let go of afterwards.
// It must react to cancellation, as everything on Asio's sockets and timers does and name resolution
// does not. An exception of the operation is passed on.
template <class T>
boost::asio::awaitable<core::Result<T>> with_deadline(boost::asio::awaitable<core::Result<T>> operation,
                                                      std::chrono::steady_clock::duration limit) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto first = co_await (detail::caught(std::move(operation)) || detail::expiry(limit));
    auto* outcome = std::get_if<0>(&first);
    if (!outcome) co_return core::Errc::timed_out;
    if (outcome->exception) std::rethrow_exception(outcome->exception);
    co_return std::move(*outcome->result);
}

}  // namespace switchhook::net
