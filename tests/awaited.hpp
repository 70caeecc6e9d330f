#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace switchhook::tests {

// What a coroutine that was started comes to.
template <class T>
class Awaited {
public:
    Awaited(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
        boost::asio::co_spawn(context, std::move(work), [state = state_](std::exception_ptr error, T value) {
            state->error = error;
            state->done = true;
            if (!error) state->value = std::move(value);
        });
    }

    bool done() const { return state_->done; }
    // REQUIRES: done().
    const T& operator*() const {
        if (state_->error) std::rethrow_exception(state_->error);
        return state_->value.value();
    }
    const T* operator->() const { return &**this; }

private:
    struct State {
        bool done = false;
        std::exception_ptr error;
        std::optional<T> value;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

// For work that gives nothing.
inline boost::asio::awaitable<bool> finished(boost::asio::awaitable<void> work) {
    co_await std::move(work);
    co_return true;
}

// Runs what can run at once; no timer is waited for.
inline void run_ready(boost::asio::io_context& context) {
    context.restart();
    context.poll();
}

// Runs until `awaited` is done. Throws after 10 s.
template <class T>
const T& wait_for(boost::asio::io_context& context, const Awaited<T>& awaited) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    context.restart();
    while (!awaited.done())
        if (context.run_one_until(until) == 0) {
            if (std::chrono::steady_clock::now() >= until) throw std::runtime_error("not done within 10 s");
            if (!awaited.done() && context.stopped()) throw std::runtime_error("nothing is left that could end it");
        }
    return *awaited;
}

// Starts work and runs until it is done.
template <class T>
T run(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
    Awaited<T> awaited(context, std::move(work));
    return wait_for(context, awaited);
}

}  // namespace switchhook::tests
