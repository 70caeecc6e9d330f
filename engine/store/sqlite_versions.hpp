#pragma once

#include "core/log.hpp"
#include "core/versions.hpp"
#include "store/sqlite_direct.hpp"

namespace switchhook::store {

// The Versions port in a SQLite file.
class SqliteVersions final : public core::Versions {
public:
    // Throws std::runtime_error, with a line for the operator. `file` and `log` outlive it.
    SqliteVersions(SqliteFile& file, core::Log& log);

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
