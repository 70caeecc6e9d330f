#include "app/kept_versions.hpp"

#include "core/did_you_mean.hpp"
#include "core/phone_number.hpp"
#include "script/flow_library.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace switchhook::app {
namespace {

std::string meant(const std::string& named, const std::vector<std::string>& known) {
    auto closest = core::closest(named, known);
    return closest.empty() ? std::string() : ": did you mean `" + closest + "`?";
}

}  // namespace

void add_version_options(CLI::App& cli, VersionOptions& options) {
    add_store_options(cli, options);
    cli.add_option("--flows", options.flows, "Folder with numbers.lua and a folder per business")
        ->envname("SWITCHHOOK_FLOWS")
        ->capture_default_str();
    cli.footer(
        "Works on the store itself. Engines that run on it notice within a second; calls in progress keep the\n"
        "version that they began with.\n");
}

KeptVersions::KeptVersions(const VersionOptions& options) : options_(options), kept_(options) {}

VersionTarget KeptVersions::target(const std::string& named) {
    std::set<std::string> flows;
    for (const auto& one : value_of(kept_.versions().chosen())) flows.insert(one.flow);
    if (flows.contains(named)) return {named, {}};
    if (!core::is_e164(named))
        throw std::runtime_error("no version of a flow `" + named + "` was ever live" +
                                 meant(named, {flows.begin(), flows.end()}));
    auto numbers = script::FlowLibrary::numbers({.root = options_.flows}, flows).entries;
    if (auto found = numbers.find(named); found != numbers.end()) return {found->second.flow, named};
    std::vector<std::string> known;
    known.reserve(numbers.size());
    for (const auto& [number, entry] : numbers) known.push_back(number);
    throw std::runtime_error("there is no number " + named + " in " + (options_.flows / "numbers.lua").string() +
                             meant(named, known));
}

core::FlowVersions KeptVersions::chosen(const std::string& flow) {
    auto all = value_of(kept_.versions().chosen());
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.flow == flow; });
    return found == all.end() ? core::FlowVersions{flow, {}} : *found;
}

std::vector<core::VersionChange> KeptVersions::history(const std::string& flow) {
    return value_of(kept_.versions().history(flow));
}

std::map<std::string, std::size_t> KeptVersions::calls(const std::string& flow) {
    return value_of(kept_.versions().calls(flow));
}

std::optional<core::Json> KeptVersions::sources(const std::string& flow, const std::string& version) {
    return value_of(kept_.versions().sources(flow, version));
}

void KeptVersions::put(core::VersionChange change, const std::function<core::FlowVersions(core::FlowVersions)>& step,
                       const std::optional<core::Json>& sources) {
    change.at = kept_.clock().now();
    for (;;) {
        auto done = kept_.versions().put(step(chosen(change.flow)), change, sources);
        if (done) return;
        if (done.error() != core::Errc::conflict) throw std::runtime_error(done.error().message());
    }
}

}  // namespace switchhook::app
