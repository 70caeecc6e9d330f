#pragma once

#include "core/errc.hpp"
#include "core/log.hpp"
#include "store/postgres.hpp"

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>

namespace switchhook::store {

// The database of a PostgresLink for ports that block: what they do runs on the caller's thread. Changes are told by
// NOTIFY. Safe to use from any thread.
class PostgresDirect {
public:
    // `what`: what is in there, for the log. `channel`: of the NOTIFY that tells of its changes. Throws
    // std::runtime_error, with a line for the operator, where the server cannot be used. `log` outlives it.
    PostgresDirect(const std::string& url, std::string what, std::string channel, core::Log& log);

    // Errc::unavailable where the server did not run it. A connection that was lost since the last time is made once
    // more.
    core::Result<PostgresRows> run(const PostgresQuery& query);

    // As the ports' wait_for_change.
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest);

private:
    const std::string what_;
    const std::string channel_;
    core::Log& log_;
    std::mutex mutex_;  // guards `connection_`
    PostgresConnection connection_;

    // wait_for_change's own.
    PostgresConnection listening_;
    bool listens_ = false;
};

}  // namespace switchhook::store
