#pragma once

#include "core/log.hpp"
#include "store/log_checkpoint.hpp"
#include "store/sqlite.hpp"
#include "store/store_thread.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace switchhook::store {

// DIR/switchhook.db with the two threads that use it: what the ports of this room keep is in its tables, and what they
// say is kept survives the loss of power.
//
// One thread writes: what comes in while it waits for the disk is committed together (WAL, synchronous=FULL). Another
// one reads, at the same time. Safe to use from any thread.
class SqliteFile {
public:
    template <class T>
    using Work = std::function<core::Result<T>()>;

    // Opens the file, creating it and the folder if they are not there. Throws std::runtime_error, with a line for the
    // operator. `log` outlives it.
    SqliteFile(const std::filesystem::path& directory, core::Log& log);
    ~SqliteFile();

    const std::filesystem::path& path() const { return path_; }

    // For statements: prepared before there is work, they run in write() or read() only.
    SqliteDatabase& writing() { return writing_; }
    SqliteDatabase& reading() { return reading_; }

    // Runs `work` within a transaction. Errc::unavailable where it could not be committed.
    template <class T>
    boost::asio::awaitable<core::Result<T>> write(Work<T> work) {
        return writer_->perform(std::move(work));
    }
    // The same for a thread that may wait.
    template <class T>
    core::Result<T> write_and_wait(Work<T> work) {
        return writer_->perform_and_wait(std::move(work));
    }
    template <class T>
    boost::asio::awaitable<core::Result<T>> read(Work<T> work) {
        return reader_->perform(std::move(work));
    }

    // Does what was begun and ends the threads: whoever has statements calls it before they go. Nothing may be begun
    // after it. What waits for its work must still have its io_context.
    void finish();

private:
    void commit(StoreThread::Batch& batch);
    void look_up(StoreThread::Batch& batch);
    void roll_back();

    core::Log& log_;
    const std::filesystem::path path_;
    SqliteDatabase writing_;
    SqliteDatabase reading_;
    SqliteDatabase::Statement begin_;
    SqliteDatabase::Statement commit_;
    LogCheckpoint checkpoint_;
    std::unique_ptr<StoreThread> reader_;
    std::unique_ptr<StoreThread> writer_;
};

}  // namespace switchhook::store
