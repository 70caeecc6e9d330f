#pragma once

#include "core/log.hpp"
#include "core/versions.hpp"
#include "store/postgres_direct.hpp"

#include <string>

namespace switchhook::store {

// The Versions port in the PostgreSQL database of a PostgresStore. Changes are told by NOTIFY.
class PostgresVersions final : public core::Versions {
public:
    // Throws std::runtime_error, with a line for the operator, where the server cannot be used. `log` outlives it.
    PostgresVersions(const std::string& url, core::Log& log);

    core::Result<std::vector<core::FlowVersions>> chosen() override;
    core::Result<void> put(const core::FlowVersions& now, const core::VersionChange& change,
                           const std::optional<core::Json>& sources) override;
    core::Result<std::vector<core::VersionChange>> history(const std::string& flow) override;
    core::Result<std::optional<core::Json>> sources(const std::string& flow, const std::string& version) override;
    core::Result<std::map<std::string, std::size_t>> calls(const std::string& flow) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    PostgresDirect database_;
};

}  // namespace switchhook::store
