#pragma once

#include "core/settings.hpp"
#include "store/postgres_direct.hpp"

namespace switchhook::store {

// The Settings port in the PostgreSQL database of a PostgresStore.
class PostgresSettings final : public core::Settings {
public:
    // Throws std::runtime_error, with a line for the operator, where the server cannot be used. `log` outlives it.
    PostgresSettings(const std::string& url, core::Log& log);

    core::Result<std::vector<core::NumberSettings>> current() override;
    core::Result<void> put(const core::NumberSettings& now, const std::string& what, core::Time at) override;
    core::Result<std::vector<core::SettingsChange>> history(const std::string& number) override;
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override;

private:
    PostgresDirect database_;
};

}  // namespace switchhook::store
