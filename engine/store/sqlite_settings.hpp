#pragma once

#include "core/settings.hpp"
#include "store/sqlite_direct.hpp"

namespace switchhook::store {

// The Settings port in a SQLite file.
class SqliteSettings final : public core::Settings {
public:
    // Throws std::runtime_error, with a line for the operator. `file` and `log` outlive it.
    SqliteSettings(SqliteFile& file, core::Log& log);

    core::Result<std::vector<core::NumberSettings>> current() override;
    core::Result<void> put(const core::NumberSettings& now, const std::string& what, core::Time at) override;
    core::Result<std::vector<core::SettingsChange>> history(const std::string& number) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    SqliteDirect file_;
};

}  // namespace switchhook::store
