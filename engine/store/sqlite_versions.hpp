#pragma once

#include "core/log.hpp"
#include "core/versions.hpp"
#include "store/sqlite_direct.hpp"

#include <filesystem>

namespace switchhook::store {

// The Versions port in the SQLite file of a SqliteStore, also while an engine in another process uses it.
class SqliteVersions final : public core::Versions {
public:
    // `directory`: as for SqliteStore. Throws std::runtime_error, with a line for the operator. `log` outlives it.
    SqliteVersions(const std::filesystem::path& directory, core::Log& log);

    core::Result<std::vector<core::FlowVersions>> chosen() override;
    core::Result<void> put(const core::FlowVersions& now, const core::VersionChange& change,
                           const std::optional<core::Json>& sources) override;
    core::Result<std::vector<core::VersionChange>> history(const std::string& flow) override;
    core::Result<std::optional<core::Json>> sources(const std::string& flow, const std::string& version) override;
    core::Result<std::map<std::string, std::size_t>> calls(const std::string& flow) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    SqliteDirect file_;
};

}  // namespace switchhook::store
