#include "app/kept_versions.hpp"

#include "core/did_you_mean.hpp"
#include "core/phone_number.hpp"
#include "script/flow_library.hpp"
#include "store/postgres_versions.hpp"
#include "store/sqlite_versions.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace switchhook::app {
namespace {

std::unique_ptr<core::Versions> open(const VersionOptions& options, core::Log& log) {
    if (options.store == "memory")
        throw std::runtime_error("what is kept in memory is the engine's alone: there is nothing to look at");
    if (options.store != "sqlite") return std::make_unique<store::PostgresVersions>(options.store, log);
    if (!std::filesystem::exists(options.data / "switchhook.db"))
        throw std::runtime_error("no engine has kept anything in `" + options.data.string() +
                                 "`: name its folder with --data, or its database with --store");
    return std::make_unique<store::SqliteVersions>(options.data, log);
}

template <class T>
T value_of(core::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
}

std::string meant(const std::string& named, const std::vector<std::string>& known) {
    auto closest = core::closest(named, known);
    return closest.empty() ? std::string() : ": did you mean `" + closest + "`?";
}

}  // namespace

void add_version_options(CLI::App& cli, VersionOptions& options) {
    cli.add_option("--data", options.data, "The engine's data folder")
        ->envname("SWITCHHOOK_DATA")
        ->capture_default_str();
    cli.add_option("--store", options.store, "What the engine keeps versions in: sqlite (in --data), or postgres://…")
        ->envname("SWITCHHOOK_STORE")
        ->type_name("STORE")
        ->capture_default_str();
    cli.add_option("--flows", options.flows, "Folder with numbers.lua and a folder per business")
        ->envname("SWITCHHOOK_FLOWS")
        ->capture_default_str();
    cli.footer(
        "Works on the store itself. Engines that run on it notice within a second; calls in progress keep the\n"
        "version that they began with.\n");
}

KeptVersions::KeptVersions(const VersionOptions& options)
    : options_(options), log_({.level = core::LogLevel::error}), versions_(open(options, log_)) {}

VersionTarget KeptVersions::target(const std::string& named) {
    std::set<std::string> flows;
    for (const auto& one : value_of(versions_->chosen())) flows.insert(one.flow);
    if (flows.contains(named)) return {named, {}};
    if (!core::is_e164(named))
        throw std::runtime_error("no version of a flow `" + named + "` was ever live" +
                                 meant(named, {flows.begin(), flows.end()}));
    auto numbers = script::FlowLibrary::numbers({.root = options_.flows}, flows).entries;
    if (auto found = numbers.find(named); found != numbers.end()) return {found->second.flow, named};
    std::vector<std::string> known;
    for (const auto& [number, entry] : numbers) known.push_back(number);
    throw std::runtime_error("there is no number " + named + " in " + (options_.flows / "numbers.lua").string() +
                             meant(named, known));
}

core::FlowVersions KeptVersions::chosen(const std::string& flow) {
    auto all = value_of(versions_->chosen());
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.flow == flow; });
    return found == all.end() ? core::FlowVersions{flow, {}} : *found;
}

std::vector<core::VersionChange> KeptVersions::history(const std::string& flow) {
    return value_of(versions_->history(flow));
}

std::map<std::string, std::size_t> KeptVersions::calls(const std::string& flow) {
    return value_of(versions_->calls(flow));
}

void KeptVersions::put(core::VersionChange change, const std::function<core::FlowVersions(core::FlowVersions)>& step,
                       const std::optional<core::Json>& sources) {
    change.at = clock_.now();
    for (;;) {
        auto done = versions_->put(step(chosen(change.flow)), change, sources);
        if (done) return;
        if (done.error() != core::Errc::conflict) throw std::runtime_error(done.error().message());
    }
}

}  // namespace switchhook::app
