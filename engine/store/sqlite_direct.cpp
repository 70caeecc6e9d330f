#include "store/sqlite_direct.hpp"

#include "store/sqlite_schema.hpp"

#include <condition_variable>
#include <utility>

namespace switchhook::store {
namespace {

using core::Errc;
using core::Result;

constexpr std::chrono::milliseconds look_every{200};

std::filesystem::path file_in(const std::filesystem::path& directory) {
    return directory / "switchhook.db";
}

SqliteDatabase open(const std::filesystem::path& directory) {
    auto file = file_in(directory);
    try {
        std::filesystem::create_directories(directory);
        SqliteDatabase database(file);
        database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        migrate(database);
        return database;
    } catch (const std::exception& error) {
        throw std::runtime_error("cannot use " + file.string() + ": " + error.what() +
                                 ": name a folder that can be written with --data");
    }
}

}  // namespace

SqliteDirect::SqliteDirect(const std::filesystem::path& directory, std::string what, std::string count_changes,
                           core::Log& log)
    : what_(std::move(what)),
      count_changes_(std::move(count_changes)),
      log_(log),
      database_(open(directory)),
      watched_(file_in(directory)) {}

Result<void> SqliteDirect::change(const std::function<Result<void>(SqliteDatabase&)>& work) {
    return run<void>([&](SqliteDatabase& database) {
        database.run("BEGIN IMMEDIATE");
        try {
            Result<void> done = work(database);
            database.run(done ? "COMMIT" : "ROLLBACK");
            return done;
        } catch (const SqliteError&) {
            try {
                database.run("ROLLBACK");
            } catch (const SqliteError&) {  // SQLite has rolled back by itself
            }
            throw;
        }
    });
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
    try {
        auto version = watched_.number("PRAGMA data_version");
        if (version == data_version_) return false;
        auto changes = watched_.number(count_changes_);
        data_version_ = version;
        return std::exchange(changes_, changes) != changes;
    } catch (const SqliteError& error) {
        log_.error("the " + what_ + " cannot be watched", {{"why", error.what()}});
        return false;
    }
}

}  // namespace switchhook::store
