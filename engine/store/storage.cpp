#include "store/storage.hpp"

#include "store/memory_store.hpp"
#include "store/postgres_store.hpp"
#include "store/sqlite_store.hpp"

namespace switchhook::store {

Storage in_memory(const core::Clock& clock) {
    Storage storage;
    storage.store = std::make_unique<MemoryStore>(clock);
    return storage;
}

Storage in_sqlite(const std::filesystem::path& directory, const core::Clock& clock, core::Log& log) {
    Storage storage;
    storage.sqlite = std::make_unique<SqliteFile>(directory, log);
    storage.store = std::make_unique<SqliteStore>(*storage.sqlite, clock);
    return storage;
}

Storage in_postgres(PostgresLink::Options options, const core::Clock& clock, core::Log& log) {
    Storage storage;
    storage.postgres = std::make_unique<PostgresLink>(std::move(options), log);
    storage.store = std::make_unique<PostgresStore>(*storage.postgres, clock);
    return storage;
}

}  // namespace switchhook::store
