#include "app/commands.hpp"
#include "app/kept_versions.hpp"

#include <iostream>

namespace switchhook::app {
namespace {

struct TrialOptions : VersionOptions {
    std::string flow;
};

// Ends a flow's trial: its candidate goes live, or goes away.
int end_trial(const TrialOptions& options, bool goes_live) {
    KeptVersions versions(options);
    auto target = versions.target(options.flow);
    auto trial = versions.chosen(target.flow).all;
    if (trial.candidate.empty()) {
        std::cerr << "switchhook: nothing of " << target.flow
                  << " is on trial: `switchhook publish` with --draft or --canary begins one\n";
        return failure;
    }
    core::VersionChange change{target.flow, {}, trial.candidate};
    change.kind = goes_live ? core::VersionChange::Kind::went_live : core::VersionChange::Kind::trial;
    change.what = std::string(trial.percent == 0 ? "draft " : "canary ") + (goes_live ? "promoted" : "withdrawn");
    versions.put(change, [&](core::FlowVersions was) {
        if (was.all.candidate != trial.candidate)
            throw std::runtime_error(
                "somebody else has just ended or changed this trial: look at `switchhook versions " + target.flow +
                "`");
        return goes_live ? core::promoted(std::move(was)) : core::withdrawn(std::move(was));
    });
    std::cout << target.flow << ": version " << (goes_live ? trial.candidate : trial.live)
              << " is live for all callers\n";
    return success;
}

void add_command(CLI::App& app, int& exit_code, const std::string& name, const std::string& about, bool goes_live) {
    auto options = std::make_shared<TrialOptions>();
    auto* cli = app.add_subcommand(name, about);
    cli->add_option("FLOW", options->flow, "The flow's name")->required();
    add_version_options(*cli, *options);
    cli->callback([options, goes_live, &exit_code] { exit_code = end_trial(*options, goes_live); });
}

}  // namespace

void add_promote(CLI::App& app, int& exit_code) {
    add_command(app, exit_code, "promote", "Puts a flow's draft or canary live for all callers", true);
}

void add_withdraw(CLI::App& app, int& exit_code) {
    add_command(app, exit_code, "withdraw", "Ends a flow's draft or canary: all callers get the live version", false);
}

}  // namespace switchhook::app
