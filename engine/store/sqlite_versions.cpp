#include "store/sqlite_versions.hpp"

#include "core/json_text.hpp"
#include "store/sqlite_schema.hpp"

#include <condition_variable>
#include <utility>

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Result;
using Statement = SqliteDatabase::Statement;

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

// Commits if `work` succeeds, else rolls back.
template <class Work>
Result<void> in_transaction(SqliteDatabase& database, Work work) {
    database.run("BEGIN IMMEDIATE");
    try {
        Result<void> done = work();
        database.run(done ? "COMMIT" : "ROLLBACK");
        return done;
    } catch (const SqliteError&) {
        try {
            database.run("ROLLBACK");
        } catch (const SqliteError&) {  // SQLite has rolled back by itself
        }
        throw;
    }
}

}  // namespace

SqliteVersions::SqliteVersions(const std::filesystem::path& directory, core::Log& log)
    : log_(log), database_(open(directory)), watched_(file_in(directory)) {}

template <class T, class Work>
Result<T> SqliteVersions::with_database(Work work) {
    std::lock_guard lock(mutex_);
    try {
        return work();
    } catch (const std::exception& error) {
        log_.error("the versions cannot be reached", {{"why", error.what()}});
        return core::Error(Errc::unavailable);
    }
}

Result<std::vector<core::FlowVersions>> SqliteVersions::chosen() {
    using All = std::vector<core::FlowVersions>;
    return with_database<All>([&]() -> Result<All> {
        All all;
        Statement select(database_, "SELECT flow, revision, chosen FROM flow_versions ORDER BY flow");
        for (select.with(); select.step();) {
            all.push_back(core::flow_versions_from_json(Json::parse(select.text(2))));
            all.back().flow = select.text(0);
            all.back().revision = static_cast<std::uint64_t>(select.integer(1));
        }
        return all;
    });
}

Result<void> SqliteVersions::put(const core::FlowVersions& now, const core::VersionChange& change,
                                 const std::optional<Json>& sources) {
    auto work = [&]() -> Result<void> {
        auto revision = static_cast<std::int64_t>(now.revision);
        auto chosen = core::dump(core::to_json(now));
        auto put = now.revision == 0
                       ? Statement(database_, "INSERT OR IGNORE INTO flow_versions VALUES (?1, ?2 + 1, ?3)")
                       : Statement(database_,
                                   "UPDATE flow_versions SET revision = ?2 + 1, chosen = ?3 WHERE flow = ?1 AND "
                                   "revision = ?2");
        if (put.with(now.flow, revision, chosen).run() == 0) return Errc::conflict;
        Statement(database_,
                  "INSERT INTO version_changes (flow, number, version, kind, what, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .with(now.flow, change.number, change.version, static_cast<std::int64_t>(change.kind), change.what,
                  std::int64_t{change.at.time_since_epoch().count()})
            .run();
        if (sources)
            Statement(database_, "INSERT OR IGNORE INTO versions VALUES (?1, ?2, ?3)")
                .with(now.flow, change.version, core::dump(*sources))
                .run();
        return {};
    };
    return with_database<void>([&] { return in_transaction(database_, work); });
}

Result<std::vector<core::VersionChange>> SqliteVersions::history(const std::string& flow) {
    using Changes = std::vector<core::VersionChange>;
    return with_database<Changes>([&]() -> Result<Changes> {
        Changes changes;
        Statement select(database_,
                         "SELECT number, version, kind, what, at FROM version_changes WHERE flow = ?1 ORDER BY id");
        for (select.with(flow); select.step();)
            changes.push_back({flow, std::string(select.text(0)), std::string(select.text(1)),
                               static_cast<core::VersionChange::Kind>(select.integer(2)), std::string(select.text(3)),
                               core::Time(std::chrono::milliseconds(select.integer(4)))});
        return changes;
    });
}

Result<std::optional<Json>> SqliteVersions::sources(const std::string& flow, const std::string& version) {
    using Found = std::optional<Json>;
    return with_database<Found>([&]() -> Result<Found> {
        Statement select(database_, "SELECT sources FROM versions WHERE flow = ?1 AND version = ?2");
        return select.with(flow, version).step() ? Found(Json::parse(select.text(0))) : Found();
    });
}

Result<std::map<std::string, std::size_t>> SqliteVersions::calls(const std::string& flow) {
    using Calls = std::map<std::string, std::size_t>;
    return with_database<Calls>([&]() -> Result<Calls> {
        Calls calls;
        Statement select(database_,
                         "SELECT version, count(*) FROM calls WHERE flow = ?1 AND ended IS NULL GROUP BY version");
        for (select.with(flow); select.step();)
            calls[std::string(select.text(0))] = static_cast<std::size_t>(select.integer(1));
        return calls;
    });
}

bool SqliteVersions::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
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
bool SqliteVersions::look_for_change() {
    try {
        auto version = watched_.number("PRAGMA data_version");
        if (version == data_version_) return false;
        auto revisions = watched_.number("SELECT coalesce(sum(revision), 0) FROM flow_versions");
        data_version_ = version;
        return std::exchange(revisions_, revisions) != revisions;
    } catch (const SqliteError& error) {
        log_.error("the versions cannot be watched", {{"why", error.what()}});
        return false;
    }
}

}  // namespace switchhook::store
