#pragma once

#include "core/errc.hpp"
#include "core/log.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

namespace switchhook::store {

// The file of a SqliteFile for ports that block: what they do runs on the caller's thread, also while an engine in
// another process uses the file. Safe to use from any thread.
class SqliteDirect {
public:
    // `directory`: as for SqliteFile. `what`: what is in there, for the log. `count_changes`: a query whose number is
    // another one after every change of it. Throws std::runtime_error, with a line for the operator. `log` outlives it.
    SqliteDirect(const std::filesystem::path& directory, std::string what, std::string count_changes, core::Log& log);

    // Runs `work`, a function of the database. Errc::unavailable where SQLite failed at it.
    template <class T, class Work>
    core::Result<T> run(Work work) {
        std::lock_guard lock(mutex_);
        try {
            return work(database_);
        } catch (const std::exception& error) {
            return complain(error);
        }
    }
    // The same within a transaction, which is committed where it succeeds.
    core::Result<void> change(const std::function<core::Result<void>(SqliteDatabase&)>& work);

    // As the ports' wait_for_change.
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest);

private:
    core::Error complain(const std::exception& error);
    bool look_for_change();

    const std::string what_;
    const std::string count_changes_;
    core::Log& log_;
    std::mutex mutex_;  // guards `database_`
    SqliteDatabase database_;

    // wait_for_change's own: a connection is not told of what it writes itself.
    SqliteDatabase watched_;
    std::int64_t data_version_ = -1;
    std::int64_t changes_ = -1;
};

}  // namespace switchhook::store
