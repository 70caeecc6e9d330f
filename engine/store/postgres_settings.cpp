#include "store/postgres_settings.hpp"

#include "core/json_text.hpp"

namespace switchhook::store {

using core::Errc;
using core::Json;
using core::Result;

PostgresSettings::PostgresSettings(const std::string& url, core::Log& log)
    : database_(url, "settings", "switchhook_settings", log) {}

Result<std::vector<core::NumberSettings>> PostgresSettings::current() {
    auto rows =
        database_.run({"SELECT DISTINCT ON (number) number, content, revision FROM switchhook.settings "
                       "ORDER BY number, revision DESC"});
    if (!rows) return rows.error();
    std::vector<core::NumberSettings> all;
    for (int row = 0; row < rows->size(); ++row)
        all.push_back({std::string(rows->text(row, 0)), Json::parse(rows->text(row, 1)),
                       static_cast<std::uint64_t>(rows->integer(row, 2))});
    return all;
}

Result<void> PostgresSettings::put(const core::NumberSettings& now, const std::string& what, core::Time at) {
    // Two that come at once have the same revision: the key lets one of them in.
    constexpr auto sql = R"sql(
WITH taken AS (
  INSERT INTO switchhook.settings
  SELECT $1, $2::bigint + 1, $3, $4, $5::bigint WHERE $2::bigint =
    (SELECT coalesce(max(revision), 0) FROM switchhook.settings WHERE number = $1)
  ON CONFLICT DO NOTHING
  RETURNING number
)
SELECT pg_notify('switchhook_settings', number) FROM taken)sql";
    auto rows = database_.run({sql,
                               {now.number, std::to_string(now.revision), core::dump(now.values), what,
                                std::to_string(at.time_since_epoch().count())}});
    if (!rows) return rows.error();
    if (rows->size() == 0) return Errc::conflict;
    return {};
}

Result<std::vector<core::SettingsChange>> PostgresSettings::history(const std::string& number) {
    auto rows = database_.run(
        {"SELECT revision, what, at, content FROM switchhook.settings WHERE number = $1 ORDER BY revision", {number}});
    if (!rows) return rows.error();
    std::vector<core::SettingsChange> changes;
    for (int row = 0; row < rows->size(); ++row)
        changes.push_back({static_cast<std::uint64_t>(rows->integer(row, 0)), std::string(rows->text(row, 1)),
                           core::Time(std::chrono::milliseconds(rows->integer(row, 2))),
                           Json::parse(rows->text(row, 3))});
    return changes;
}

bool PostgresSettings::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
    return database_.wait_for_change(stop, longest);
}

}  // namespace switchhook::store
