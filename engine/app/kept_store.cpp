#include "app/kept_store.hpp"

#include <stdexcept>

namespace switchhook::app {
namespace {

store::Storage open_kept(const StoreOptions& options, const core::Clock& clock, core::Log& log) {
    if (options.store == "memory")
        throw std::runtime_error("what is kept in memory is the engine's alone: there is nothing to look at");
    if (options.store == "sqlite" && !options.create && !std::filesystem::exists(options.data / "switchhook.db"))
        throw std::runtime_error("no engine has kept anything in `" + options.data.string() +
                                 "`: name its folder with --data, or its database with --store");
    return open_storage(options, clock, log);
}

}  // namespace

bool StoreOptions::in_postgres() const {
    return store.starts_with("postgres://") || store.starts_with("postgresql://");
}

store::Storage open_storage(const StoreOptions& options, const core::Clock& clock, core::Log& log) {
    if (options.store == "memory") return store::in_memory(clock);
    if (options.store == "sqlite") return store::in_sqlite(options.data, clock, log);
    return store::in_postgres({options.store}, clock, log);
}

void add_store_options(CLI::App& cli, StoreOptions& options) {
    cli.add_option("--data", options.data, "The engine's data folder")
        ->envname("SWITCHHOOK_DATA")
        ->capture_default_str();
    cli.add_option("--store", options.store, "What the engine keeps it in: sqlite (in --data), or postgres://…")
        ->envname("SWITCHHOOK_STORE")
        ->type_name("STORE")
        ->capture_default_str();
}

KeptStore::KeptStore(const StoreOptions& options)
    : log_({.level = core::LogLevel::error}), storage_(open_kept(options, clock_, log_)) {}

}  // namespace switchhook::app
