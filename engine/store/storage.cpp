#include "store/storage.hpp"

#include "store/memory_outbox.hpp"
#include "store/memory_settings.hpp"
#include "store/memory_store.hpp"
#include "store/memory_versions.hpp"
#include "store/postgres_outbox.hpp"
#include "store/postgres_settings.hpp"
#include "store/postgres_store.hpp"
#include "store/postgres_versions.hpp"
#include "store/sqlite_outbox.hpp"
#include "store/sqlite_settings.hpp"
#include "store/sqlite_store.hpp"
#include "store/sqlite_versions.hpp"

namespace switchhook::store {

Storage in_memory(const core::Clock& clock) {
    Storage storage;
    auto store = std::make_unique<MemoryStore>(clock);
    storage.versions = std::make_unique<MemoryVersions>(*store);
    storage.store = std::move(store);
    storage.outbox = std::make_unique<MemoryOutbox>();
    storage.settings = std::make_unique<MemorySettings>();
    return storage;
}

Storage in_sqlite(const std::filesystem::path& directory, const core::Clock& clock, core::Log& log) {
    Storage storage;
    storage.sqlite = std::make_unique<SqliteFile>(directory, log);
    storage.store = std::make_unique<SqliteStore>(*storage.sqlite, clock);
    storage.outbox = std::make_unique<SqliteOutbox>(*storage.sqlite);
    storage.versions = std::make_unique<SqliteVersions>(*storage.sqlite, log);
    storage.settings = std::make_unique<SqliteSettings>(*storage.sqlite, log);
    return storage;
}

Storage in_postgres(PostgresLink::Options options, const core::Clock& clock, core::Log& log) {
    Storage storage;
    auto url = options.url;
    storage.postgres = std::make_unique<PostgresLink>(std::move(options), log);
    storage.store = std::make_unique<PostgresStore>(*storage.postgres, clock);
    storage.outbox = std::make_unique<PostgresOutbox>(*storage.postgres);
    storage.versions = std::make_unique<PostgresVersions>(url, log);
    storage.settings = std::make_unique<PostgresSettings>(url, log);
    return storage;
}

}  // namespace switchhook::store
