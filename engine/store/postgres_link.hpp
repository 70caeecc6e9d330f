#pragma once

#include "core/log.hpp"
#include "store/postgres.hpp"
#include "store/store_thread.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchhook::store {

// A PostgreSQL database with the two threads that speak to it: what the ports of this room keep is in its tables, and
// several engines may share it.
//
// One thread writes: what comes in while it waits for the server goes together, pipelined and committed once. Another
// one reads. While the server cannot be reached both wait for it, up to `patience` from when it was missed; what comes
// after that fails at once, until the server is back. Safe to use from any thread.
class PostgresLink {
public:
    template <class T>
    using Awaitable = boost::asio::awaitable<core::Result<T>>;

    struct Options {
        std::string url;                            // postgres://user:password@host/database
        std::chrono::milliseconds patience{8'000};  // less than Twilio's
    };

    // Throws std::runtime_error, with a line for the operator, where the server cannot be used. `log` outlives it.
    PostgresLink(Options options, core::Log& log);
    ~PostgresLink();

    // Runs one statement; Errc::unavailable where the server did not. `result` makes the result out of the statement's
    // rows, on the link's thread.
    template <class T, class Read>
    Awaitable<T> write(PostgresQuery query, Read result) {
        Work<T> work = work_of<T>(*writer_, query, result);
        co_return co_await writing_->perform(std::move(work));
    }
    template <class T, class Read>
    Awaitable<T> read(PostgresQuery query, Read result) {
        Work<T> work = work_of<T>(*reader_, query, result);
        co_return co_await reading_->perform(std::move(work));
    }
    // For what can only succeed.
    Awaitable<void> write(PostgresQuery query);

    // For `result` of write(): the connection broke while the statement was being committed, so that it may have taken
    // effect before.
    bool repeated() const;
    // A name of this engine's own, new at every start.
    const std::string& node() const { return node_; }

    // Does what was begun and ends the threads. Nothing may be begun after it. What waits for its work must still have
    // its io_context.
    void finish();

private:
    template <class T>
    using Work = std::function<core::Result<T>()>;

    class Session;
    static const PostgresRows* rows_of(Session& session, const PostgresQuery& query);
    template <class T, class Read>
    static Work<T> work_of(Session& session, const PostgresQuery& query, Read& result) {
        return [&]() -> core::Result<T> {
            auto* rows = rows_of(session, query);
            return rows ? result(*rows) : core::Result<T>();
        };
    }

    const std::string node_;
    std::unique_ptr<Session> writer_;
    std::unique_ptr<Session> reader_;
    std::unique_ptr<StoreThread> reading_;
    std::unique_ptr<StoreThread> writing_;
};

}  // namespace switchhook::store
