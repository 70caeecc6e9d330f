#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace switchhook::core {

// Runs an operation to its end on this thread, which it blocks: for threads that serve nobody, never for a worker.
// A thread that ended the operation may still be letting go of the context: the context outlives it.
template <class T>
T wait(boost::asio::io_context& context, boost::asio::awaitable<T> operation) {
    context.restart();
    std::exception_ptr failure;
    std::optional<T> value;
    boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr error, T given) {
        failure = error;
        if (!error) value = std::move(given);
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
}

}  // namespace switchhook::core
