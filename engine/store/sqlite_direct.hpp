#pragma once

#include "core/errc.hpp"
#include "core/log.hpp"
#include "store/sqlite_file.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

namespace switchhook::store {

// A SqliteFile for ports that block. What they look up, they look up on the caller's thread; what they change goes
// through the file's own writer, as SQLite lets one connection write at a time and makes another one sleep. Safe to use
// from any thread, also while another process uses the file.
class SqliteDirect {
public:
    // `what`: what is in there, for the log. `count_changes`: a query whose number is another one after every change of
    // it. Throws std::runtime_error, with a line for the operator. `file` and `log` outlive it.
    SqliteDirect(SqliteFile& file, std::string what, std::string count_changes, core::Log& log);

    // Runs `work`, a function of the database that looks something up. Errc::unavailable where SQLite failed at it.
    template <class T, class Work>
    core::Result<T> look_up(Work work) {
        std::lock_guard lock(mutex_);
        try {
            return work(database_);
        } catch (const std::exception& error) {
            return complain(error);
        }
    }

    // Runs `work` within a transaction, and waits until it is kept. What it gives an error for, it has not changed.
    core::Result<void> change(const std::function<core::Result<void>(SqliteDatabase&)>& work);

    // As the ports' wait_for_change.
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest);

private:
    core::Error complain(const std::exception& error);
    bool look_for_change();

    SqliteFile& file_;
    const std::string what_;
    const std::string count_changes_;
    core::Log& log_;
    std::mutex mutex_;  // guards `database_`
    SqliteDatabase database_;
    // What wait_for_change saw last, on its caller's thread.
    std::int64_t data_version_ = -1;
    std::int64_t changes_ = -1;
};

}  // namespace switchhook::store
