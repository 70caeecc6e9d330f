#include "store/sqlite_direct.hpp"

#include <condition_variable>
#include <utility>

namespace switchhook::store {
namespace {

using core::Errc;
using core::Result;

constexpr std::chrono::milliseconds look_every{200};

}  // namespace

SqliteDirect::SqliteDirect(SqliteFile& file, std::string what, std::string count_changes, core::Log& log)
    : file_(file),
      what_(std::move(what)),
      count_changes_(std::move(count_changes)),
      log_(log),
      database_(file.path()) {}

Result<void> SqliteDirect::change(const std::function<Result<void>(SqliteDatabase&)>& work) {
    return file_.write_and_wait<void>([&] { return work(file_.writing()); });
}

core::Error SqliteDirect::complain(const std::exception& error) {
    log_.error("the " + what_ + " cannot be reached", {{"why", error.what()}});
    return Errc::unavailable;
}

bool SqliteDirect::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
    const auto until = std::chrono::steady_clock::now() + longest;
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        if (look_for_change()) return true;
        if (std::chrono::steady_clock::now() >= until) return false;
        never.wait_for(lock, stop, look_every, [] { return false; });
    }
    return false;
}

// Whatever is written to the file changes its data_version; then a look tells if it was this.
bool SqliteDirect::look_for_change() {
    std::lock_guard lock(mutex_);
    try {
        auto version = database_.number("PRAGMA data_version");
        if (version == data_version_) return false;
        auto changes = database_.number(count_changes_);
        data_version_ = version;
        return std::exchange(changes_, changes) != changes;
    } catch (const SqliteError& error) {
        log_.error("the " + what_ + " cannot be watched", {{"why", error.what()}});
        return false;
    }
}

}  // namespace switchhook::store
