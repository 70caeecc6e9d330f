#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <pthread.h>
#include <vector>

namespace switchhook::net {

// The engine's threads. Each runs an io_context of its own, so what lives on one worker needs no lock.
class Workers {
public:
    using Executor = boost::asio::io_context::executor_type;

    struct Options {
        std::size_t count = 1;
        std::size_t stack_bytes = std::size_t{64} << 20;  // a flow may recurse deeply through C
        // Run on each thread, with its index: before its first handler, and after its last.
        std::function<void(std::size_t)> on_start = {};
        std::function<void(std::size_t)> on_end = {};
        // Told of an exception that a handler let escape; the worker goes on. Without it the program ends.
        std::function<void(std::exception_ptr)> on_exception = {};
    };

    // Starts the threads. Throws std::system_error where the system gives none.
    explicit Workers(Options options);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    std::size_t size() const noexcept { return workers_.size(); }
    // May be used from any thread.
    Executor executor(std::size_t index) const noexcept;

    // Lets each thread end after the handler it is in. From any thread.
    void stop() noexcept;
    // Waits for the threads. Not from a worker.
    void join() noexcept;

private:
    struct Worker;

    Options options_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace switchhook::net
