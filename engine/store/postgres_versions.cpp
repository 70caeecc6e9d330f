#include "store/postgres_versions.hpp"

#include "core/json_text.hpp"

#include <utility>

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Result;
using std::chrono::milliseconds;

}  // namespace

PostgresVersions::PostgresVersions(const std::string& url, core::Log& log)
    : database_(url, "versions", "switchhook_versions", log) {}

Result<std::vector<core::FlowVersions>> PostgresVersions::chosen() {
    auto rows = database_.run({"SELECT flow, revision, chosen FROM switchhook.flow_versions ORDER BY flow"});
    if (!rows) return rows.error();
    std::vector<core::FlowVersions> all;
    for (int row = 0; row < rows->size(); ++row) {
        all.push_back(core::flow_versions_from_json(Json::parse(rows->text(row, 2))));
        all.back().flow = rows->text(row, 0);
        all.back().revision = static_cast<std::uint64_t>(rows->integer(row, 1));
    }
    return all;
}

Result<void> PostgresVersions::put(const core::FlowVersions& now, const core::VersionChange& change,
                                   const std::optional<Json>& sources) {
    // One statement: the rest follows only where the choice is taken.
    constexpr auto sql = R"sql(
WITH taken AS (
  INSERT INTO switchhook.flow_versions AS kept
  SELECT $1, $2::bigint + 1, $3 WHERE $2::bigint = 0 OR EXISTS (SELECT FROM switchhook.flow_versions WHERE flow = $1)
  ON CONFLICT (flow) DO UPDATE SET revision = excluded.revision, chosen = excluded.chosen WHERE kept.revision = $2::bigint
  RETURNING flow
), noted AS (
  INSERT INTO switchhook.version_changes (flow, number, version, kind, what, at)
  SELECT flow, $4, $5, $6::smallint, $7, $8::bigint FROM taken
), kept_sources AS (
  INSERT INTO switchhook.versions SELECT flow, $5, $9::text FROM taken WHERE $9::text IS NOT NULL ON CONFLICT DO NOTHING
)
SELECT pg_notify('switchhook_versions', flow) FROM taken)sql";
    auto rows = database_.run({sql,
                               {now.flow, std::to_string(now.revision), core::dump(core::to_json(now)), change.number,
                                change.version, std::to_string(static_cast<int>(change.kind)), change.what,
                                std::to_string(change.at.time_since_epoch().count()),
                                sources ? std::optional(core::dump(*sources)) : std::nullopt}});
    if (!rows) return rows.error();
    if (rows->size() == 0) return Errc::conflict;
    return {};
}

Result<std::vector<core::VersionChange>> PostgresVersions::history(const std::string& flow) {
    auto rows = database_.run(
        {"SELECT number, version, kind, what, at FROM switchhook.version_changes WHERE flow = $1 ORDER BY id", {flow}});
    if (!rows) return rows.error();
    std::vector<core::VersionChange> changes;
    for (int row = 0; row < rows->size(); ++row)
        changes.push_back({flow, std::string(rows->text(row, 0)), std::string(rows->text(row, 1)),
                           static_cast<core::VersionChange::Kind>(rows->integer(row, 2)),
                           std::string(rows->text(row, 3)), core::Time(milliseconds(rows->integer(row, 4)))});
    return changes;
}

Result<std::optional<Json>> PostgresVersions::sources(const std::string& flow, const std::string& version) {
    auto rows =
        database_.run({"SELECT sources FROM switchhook.versions WHERE flow = $1 AND version = $2", {flow, version}});
    if (!rows) return rows.error();
    return rows->size() == 0 ? std::optional<Json>() : std::optional<Json>(Json::parse(rows->text(0, 0)));
}

Result<std::map<std::string, std::size_t>> PostgresVersions::calls(const std::string& flow) {
    auto rows = database_.run(
        {"SELECT version, count(*) FROM switchhook.calls WHERE flow = $1 AND ended IS NULL GROUP BY version", {flow}});
    if (!rows) return rows.error();
    std::map<std::string, std::size_t> calls;
    for (int row = 0; row < rows->size(); ++row)
        calls[std::string(rows->text(row, 0))] = static_cast<std::size_t>(rows->integer(row, 1));
    return calls;
}

bool PostgresVersions::wait_for_change(std::stop_token stop, milliseconds longest) {
    return database_.wait_for_change(stop, longest);
}

}  // namespace switchhook::store
