#include "app/commands.hpp"
#include "app/kept_versions.hpp"

#include <iostream>
#include <set>

namespace switchhook::app {
namespace {

struct RollbackOptions : VersionOptions {
    std::string named;
    std::string version;
};

int refuse(const std::string& why) {
    std::cerr << "switchhook: " << why << '\n';
    return failure;
}

// The versions that were live and begin as `version` does.
std::set<std::string> versions_like(const std::vector<core::VersionChange>& history, const std::string& version) {
    std::set<std::string> found;
    for (const auto& change : history)
        if (change.kind != core::VersionChange::Kind::trial && change.version.starts_with(version))
            found.insert(change.version);
    return found;
}

int roll_back(const RollbackOptions& options) {
    KeptVersions versions(options);
    auto target = versions.target(options.named);
    auto history = versions.history(target.flow);
    auto live = versions.chosen(target.flow).of(target.number).live;

    std::string to;
    if (options.version.empty()) {
        auto before = core::version_before(history, target.number);
        if (!before) return refuse("no other version of " + target.flow + " was live before " + live);
        to = *before;
    } else {
        auto like = versions_like(history, options.version);
        if (like.size() != 1)
            return refuse((like.empty() ? "no version `" : "more than one version `") + options.version + "` of " +
                          target.flow + " was ever live: see `switchhook versions " + target.flow + "`");
        to = *like.begin();
    }
    if (to == live) return refuse("version " + to + " of " + target.flow + " is live");

    core::VersionChange change{target.flow, target.number, to, core::VersionChange::Kind::rolled_back};
    change.what = "rolled back from " + live;
    versions.put(change, [&](core::FlowVersions was) { return core::rolled_back(std::move(was), to, target.number); });
    std::cout << target.flow << (target.number.empty() ? "" : " on " + target.number) << ": version " << to
              << " is live, " << live << " is not\n";
    return success;
}

}  // namespace

void add_rollback(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<RollbackOptions>();
    auto* cli = app.add_subcommand("rollback", "Puts an earlier version of a flow live again");
    cli->add_option("NUMBER|FLOW", options->named, "One number of numbers.lua, or a flow with all of its numbers")
        ->required();
    cli->add_option("VERSION", options->version,
                    "As `switchhook versions` lists it, or its first digits; none: the one before");
    add_version_options(*cli, *options);
    cli->callback([options, &exit_code] { exit_code = roll_back(*options); });
}

}  // namespace switchhook::app
