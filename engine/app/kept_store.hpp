#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/wait.hpp"
#include "store/storage.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace switchhook::app {

// Where an engine keeps what outlives a call.
struct StoreOptions {
    std::filesystem::path data = "data";
    std::string store = "sqlite";  // sqlite (in `data`), memory, or postgres://…
    bool create = false;           // by a command, where there is none yet

    bool in_postgres() const;
};

// Opens the store, and makes it where there is none. Throws std::runtime_error, with a line for the operator. What is
// referred to outlives it.
store::Storage open_storage(const StoreOptions& options, const core::Clock& clock, core::Log& log);

// Adds --data and --store, for commands that look at what an engine has kept.
void add_store_options(CLI::App& cli, StoreOptions& options);

// What an engine has kept, for one command; the engine may run meanwhile.
class KeptStore {
public:
    // Throws std::runtime_error, with a line for the operator, where no engine has kept anything.
    explicit KeptStore(const StoreOptions& options);

    core::Store& store() { return *storage_.store; }
    core::Outbox& outbox() { return *storage_.outbox; }
    core::Versions& versions() { return *storage_.versions; }
    core::Settings& settings() { return *storage_.settings; }
    const core::Clock& clock() const { return clock_; }
    core::Log& log() { return log_; }

    // Runs an operation of one of these to its end.
    template <class T>
    T wait(boost::asio::awaitable<T> operation) {
        return core::wait(context_, std::move(operation));
    }

private:
    boost::asio::io_context context_{1};  // outlives the threads of the store, which post to it
    core::SystemClock clock_;
    core::Log log_;
    store::Storage storage_;
};

// What the store gave. Throws std::runtime_error, with a line for the operator, where it did not.
template <class T>
T value_of(core::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
}

}  // namespace switchhook::app
