#include "app/commands.hpp"
#include "app/kept_versions.hpp"
#include "app/time_text.hpp"
#include "app/trial_text.hpp"
#include "core/json_text.hpp"

#include <iomanip>
#include <iostream>
#include <set>

namespace switchhook::app {
namespace {

using core::Json;

bool concerns(const core::VersionChange& change, const VersionTarget& target) {
    return target.number.empty() || change.number.empty() || change.number == target.number;
}

// What a version is to its callers now.
std::string state_of(const std::string& version, const core::FlowVersions& chosen, const VersionTarget& target) {
    const auto& choice = chosen.of(target.number);
    if (version == choice.live) return "live";
    if (version == choice.candidate) return "on trial for " + trial_text(choice.percent);
    std::string state;
    if (target.number.empty())
        for (const auto& [number, own] : chosen.numbers)
            if (own.live == version) state += (state.empty() ? "live on " : ", ") + number;
    if (!state.empty()) return state;
    return chosen.sets_aside(version) ? "rolled back" : "-";
}

// The newest change first; a version's state and calls stand where it is first seen.
Json changes_of(KeptVersions& versions, const VersionTarget& target) {
    auto chosen = versions.chosen(target.flow);
    auto calls = versions.calls(target.flow);
    auto history = versions.history(target.flow);
    std::set<std::string> seen;
    auto list = Json::array();
    for (auto change = history.rbegin(); change != history.rend(); ++change) {
        if (!concerns(*change, target)) continue;
        Json line{{"at", change->at.time_since_epoch().count()},
                  {"version", change->version},
                  {"change", change->what},
                  {"number", change->number}};
        if (seen.insert(change->version).second) {
            line["state"] = state_of(change->version, chosen, target);
            line["calls"] = calls[change->version];
        }
        list.push_back(std::move(line));
    }
    return list;
}

void print(const VersionTarget& target, const Json& changes) {
    std::cout << target.flow << (target.number.empty() ? "" : ", as it answers " + target.number) << '\n'
              << std::left << std::setw(21) << "WHEN (UTC)" << std::setw(14) << "VERSION" << std::setw(34) << "STATE"
              << std::setw(7) << "CALLS"
              << "CHANGE\n";
    for (const auto& change : changes) {
        auto number = change.value("number", "");
        std::cout << std::left << std::setw(21)
                  << time_text(core::Time(std::chrono::milliseconds(change.value("at", std::int64_t{0}))))
                  << std::setw(14) << change.value("version", "") << std::setw(34) << change.value("state", "")
                  << std::setw(7) << (change.contains("calls") ? change["calls"].dump() : "")
                  << change.value("change", "") << (number.empty() ? "" : " for " + number) << '\n';
    }
}

}  // namespace

void add_versions(CLI::App& app, int& exit_code) {
    struct Options : VersionOptions {
        std::string named;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* cli =
        app.add_subcommand("versions", "Lists the versions that a flow had: when, by which change, which is live");
    cli->add_option("NUMBER|FLOW", options->named, "A number of numbers.lua, or the name of a flow's folder")
        ->required();
    cli->add_flag("--json", options->json, "Prints JSON");
    add_version_options(*cli, *options);
    cli->callback([options, &exit_code] {
        KeptVersions versions(*options);
        auto target = versions.target(options->named);
        auto changes = changes_of(versions, target);
        if (options->json)
            std::cout << core::dump(changes, 2) << '\n';
        else
            print(target, changes);
        exit_code = success;
    });
}

}  // namespace switchhook::app
