#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/outbox.hpp"
#include "core/settings.hpp"
#include "core/store.hpp"
#include "core/versions.hpp"
#include "store/postgres_link.hpp"
#include "store/sqlite_file.hpp"

#include <filesystem>
#include <memory>

namespace switchhook::store {

// The ports of this room over one place. What is referred to outlives it.
struct Storage {
    Storage() = default;
    Storage(Storage&&) = default;
    Storage& operator=(Storage&&) = delete;  // the ports end before the place

    std::unique_ptr<SqliteFile> sqlite;      // the place, or
    std::unique_ptr<PostgresLink> postgres;  // this, or neither: memory
    std::unique_ptr<core::Store> store;
    std::unique_ptr<core::Outbox> outbox;
    std::unique_ptr<core::Versions> versions;
    std::unique_ptr<core::Settings> settings;
};

Storage in_memory(const core::Clock& clock);
// These throw std::runtime_error, with a line for the operator.
Storage in_sqlite(const std::filesystem::path& directory, const core::Clock& clock, core::Log& log);
Storage in_postgres(PostgresLink::Options options, const core::Clock& clock, core::Log& log);

}  // namespace switchhook::store
