#include "store/log_checkpoint.hpp"

#include "core/thread_priority.hpp"

#include <pthread.h>

namespace switchhook::store {
namespace {

// 16 MiB: the fewer the copies, the more often a page that has changed again and again is copied once.
constexpr int most_pages = 4000;

}  // namespace

LogCheckpoint::LogCheckpoint(SqliteDatabase& writing, const std::filesystem::path& file, core::Log& log)
    : log_(log), writing_(writing), copying_(file), due_(most_pages) {
    writing_.watch_log(pages_);
    // SQLite copies nothing on a connection that has not read yet.
    copying_.number("SELECT count(*) FROM sqlite_schema");
    thread_ = std::thread([this] { run(); });
}

LogCheckpoint::~LogCheckpoint() {
    ending_ = true;
    wake_.release();
    thread_.join();
}

// While commits go on, the thread never copies all of the log: the little that is left is copied here, and then the
// next commit begins it anew.
void LogCheckpoint::tend() {
    const bool begun_anew = pages_ < before_;
    before_ = pages_;
    if (begun_anew) due_ = most_pages;
    if (state_ == State::copied) {
        copy(writing_);
        due_ = pages_ + most_pages;  // where a reader holds it up
        state_ = State::short_enough;
    } else if (state_ == State::short_enough && pages_ >= due_) {
        state_ = State::being_copied;
        wake_.release();
    }
}

void LogCheckpoint::run() {
    pthread_setname_np(pthread_self(), "checkpoint");
    core::let_others_go_first();
    for (wake_.acquire(); !ending_; wake_.acquire()) {
        copy(copying_);
        state_ = State::copied;
    }
}

void LogCheckpoint::copy(SqliteDatabase& database) {
    try {
        database.checkpoint();
    } catch (const SqliteError& error) {
        log_.error("the store cannot copy its log into its file", {{"why", error.what()}});
    }
}

}  // namespace switchhook::store
