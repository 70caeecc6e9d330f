#include "store/sqlite_versions.hpp"

#include "core/json_text.hpp"

#include <utility>

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Result;
using Statement = SqliteDatabase::Statement;

}  // namespace

SqliteVersions::SqliteVersions(SqliteFile& file, core::Log& log)
    : file_(file, "versions", "SELECT coalesce(sum(revision), 0) FROM flow_versions", log) {}

Result<std::vector<core::FlowVersions>> SqliteVersions::chosen() {
    using All = std::vector<core::FlowVersions>;
    return file_.look_up<All>([&](SqliteDatabase& database) -> Result<All> {
        All all;
        Statement select(database, "SELECT flow, revision, chosen FROM flow_versions ORDER BY flow");
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
    return file_.change([&](SqliteDatabase& database) -> Result<void> {
        auto revision = static_cast<std::int64_t>(now.revision);
        auto chosen = core::dump(core::to_json(now));
        auto put = now.revision == 0
                       ? Statement(database, "INSERT OR IGNORE INTO flow_versions VALUES (?1, ?2 + 1, ?3)")
                       : Statement(database,
                                   "UPDATE flow_versions SET revision = ?2 + 1, chosen = ?3 WHERE flow = ?1 AND "
                                   "revision = ?2");
        if (put.with(now.flow, revision, chosen).run() == 0) return Errc::conflict;
        Statement(database,
                  "INSERT INTO version_changes (flow, number, version, kind, what, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .with(now.flow, change.number, change.version, static_cast<std::int64_t>(change.kind), change.what,
                  std::int64_t{change.at.time_since_epoch().count()})
            .run();
        if (sources)
            Statement(database, "INSERT OR IGNORE INTO versions VALUES (?1, ?2, ?3)")
                .with(now.flow, change.version, core::dump(*sources))
                .run();
        return {};
    });
}

Result<std::vector<core::VersionChange>> SqliteVersions::history(const std::string& flow) {
    using Changes = std::vector<core::VersionChange>;
    return file_.look_up<Changes>([&](SqliteDatabase& database) -> Result<Changes> {
        Changes changes;
        Statement select(database,
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
    return file_.look_up<Found>([&](SqliteDatabase& database) -> Result<Found> {
        Statement select(database, "SELECT sources FROM versions WHERE flow = ?1 AND version = ?2");
        return select.with(flow, version).step() ? Found(Json::parse(select.text(0))) : Found();
    });
}

Result<std::map<std::string, std::size_t>> SqliteVersions::calls(const std::string& flow) {
    using Calls = std::map<std::string, std::size_t>;
    return file_.look_up<Calls>([&](SqliteDatabase& database) -> Result<Calls> {
        Calls calls;
        Statement select(database,
                         "SELECT version, count(*) FROM calls WHERE flow = ?1 AND ended IS NULL GROUP BY version");
        for (select.with(flow); select.step();)
            calls[std::string(select.text(0))] = static_cast<std::size_t>(select.integer(1));
        return calls;
    });
}

bool SqliteVersions::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
    return file_.wait_for_change(stop, longest);
}

}  // namespace switchhook::store
