#pragma once

#include "core/settings.hpp"
#include "store/sqlite_direct.hpp"

namespace switchhook::store {

// The Settings port in the SQLite file of a SqliteStore, also while an engine in another process uses it.
class SqliteSettings final : public core::Settings {
public:
    // `directory`: as for SqliteStore. Throws std::runtime_error, with a line for the operator. `log` outlives it.
    SqliteSettings(const std::filesystem::path& directory, core::Log& log);

    core::Result<std::vector<core::NumberSettings>> current() override;
    core::Result<void> put(const core::NumberSettings& now, const std::string& what, core::Time at) override;
    core::Result<std::vector<core::SettingsChange>> history(const std::string& number) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    SqliteDirect file_;
};

}  // namespace switchhook::store
