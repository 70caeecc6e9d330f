#include "store/sqlite_settings.hpp"

#include "core/json_text.hpp"

namespace switchhook::store {
namespace {

using core::Errc;
using core::Json;
using core::Result;
using Statement = SqliteDatabase::Statement;

}  // namespace

SqliteSettings::SqliteSettings(SqliteFile& file, core::Log& log)
    : file_(file, "settings", "SELECT count(*) FROM settings", log) {}

Result<std::vector<core::NumberSettings>> SqliteSettings::current() {
    using All = std::vector<core::NumberSettings>;
    return file_.look_up<All>([](SqliteDatabase& database) -> Result<All> {
        All all;
        // SQLite takes the other columns from the row that has the maximum
        // (https://sqlite.org/lang_select.html#bareagg)
        Statement select(database,
                         "SELECT number, content, max(revision) FROM settings GROUP BY number ORDER BY number");
        for (select.with(); select.step();)
            all.push_back({std::string(select.text(0)), Json::parse(select.text(1)),
                           static_cast<std::uint64_t>(select.integer(2))});
        return all;
    });
}

Result<void> SqliteSettings::put(const core::NumberSettings& now, const std::string& what, core::Time at) {
    return file_.change([&](SqliteDatabase& database) -> Result<void> {
        auto values = core::dump(now.values);
        Statement insert(database,
                         "INSERT INTO settings SELECT ?1, ?2 + 1, ?3, ?4, ?5 WHERE ?2 = "
                         "(SELECT coalesce(max(revision), 0) FROM settings WHERE number = ?1)");
        insert.with(now.number, static_cast<std::int64_t>(now.revision), values, what,
                    std::int64_t{at.time_since_epoch().count()});
        if (insert.run() == 0) return Errc::conflict;
        return {};
    });
}

Result<std::vector<core::SettingsChange>> SqliteSettings::history(const std::string& number) {
    using Changes = std::vector<core::SettingsChange>;
    return file_.look_up<Changes>([&](SqliteDatabase& database) -> Result<Changes> {
        Changes changes;
        Statement select(database,
                         "SELECT revision, what, at, content FROM settings WHERE number = ?1 ORDER BY revision");
        for (select.with(number); select.step();)
            changes.push_back({static_cast<std::uint64_t>(select.integer(0)), std::string(select.text(1)),
                               core::Time(std::chrono::milliseconds(select.integer(2))), Json::parse(select.text(3))});
        return changes;
    });
}

bool SqliteSettings::wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) {
    return file_.wait_for_change(stop, longest);
}

}  // namespace switchhook::store
