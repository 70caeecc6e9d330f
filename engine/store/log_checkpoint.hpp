#pragma once

#include "core/log.hpp"
#include "store/sqlite.hpp"

#include <atomic>
#include <filesystem>
#include <semaphore>
#include <thread>

namespace switchhook::store {

// Keeps a database's write-ahead log short. What the log holds is written into the file on a thread of its own, as it
// takes long where there is much of it, and nobody who waits for a commit should wait for that, too.
class LogCheckpoint {
public:
    // `writing` is the connection that commits all the time. It outlives this, as `log` does. REQUIRES: the file is in
    // WAL mode.
    LogCheckpoint(SqliteDatabase& writing, const std::filesystem::path& file, core::Log& log);
    ~LogCheckpoint();
    LogCheckpoint(const LogCheckpoint&) = delete;
    LogCheckpoint& operator=(const LogCheckpoint&) = delete;

    // Between two commits, on the thread that commits. Takes a millisecond at times.
    void tend();
    // In the log, after the last commit.
    int pages() const { return pages_; }

private:
    enum class State {
        short_enough,
        being_copied,
        copied,  // but for what was committed meanwhile
    };

    void run();
    void copy(SqliteDatabase& database);

    core::Log& log_;
    SqliteDatabase& writing_;
    SqliteDatabase copying_;
    int pages_ = 0;
    int before_ = 0;
    int due_;  // pages at which the log is to be copied
    std::atomic<State> state_{State::short_enough};
    std::atomic<bool> ending_{false};
    std::binary_semaphore wake_{0};
    std::thread thread_;
};

}  // namespace switchhook::store
