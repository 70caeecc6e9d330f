#include "app/carrier_documents.hpp"
#include "app/commands.hpp"
#include "app/kept_versions.hpp"
#include "app/phone_number_option.hpp"
#include "app/trial_text.hpp"
#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "script/flow_library.hpp"

#include <iostream>
#include <optional>
#include <stdexcept>

namespace switchhook::app {
namespace {

struct PublishOptions : VersionOptions {
    std::string flow;
    std::string number;
    bool draft = false;
    std::optional<unsigned> canary;
};

// The flow as it is on disk, if its checks hold and its tests pass; else they are told, and it is null.
std::shared_ptr<const script::Flow> checked_flow(const PublishOptions& options) {
    core::SystemClock clock;
    core::Log log({core::LogLevel::off, core::LogFormat::text, false, {}}, [](std::string_view) {});
    core::Metrics metrics;
    script::FlowLibrary library({.root = options.flows, .render = carrier_documents()}, clock, log, metrics);
    library.refresh();
    auto problems = library.problems({options.flow});
    for (const auto& problem : problems) std::cout << problem.text() << '\n';
    if (!problems.empty()) std::cout << options.flow << " is not published\n";
    return problems.empty() ? library.flow(options.flow) : nullptr;
}

// Throws where the number runs another flow.
void check_number(const PublishOptions& options) {
    auto numbers = script::FlowLibrary::numbers({.root = options.flows}, {options.flow}).entries;
    auto found = numbers.find(options.number);
    if (found != numbers.end() && found->second.flow != options.flow)
        throw std::runtime_error(options.number + " runs " + found->second.flow + ", not " + options.flow +
                                 ": name one of its numbers, or change " + (options.flows / "numbers.lua").string());
}

int publish(const PublishOptions& options) {
    KeptVersions versions(options);
    if (!options.number.empty()) check_number(options);
    auto flow = checked_flow(options);
    if (!flow) return failure;
    const auto& version = flow->version();
    auto chosen = versions.chosen(options.flow);
    bool trial = options.draft || options.canary;
    unsigned percent = options.canary.value_or(0);
    if (trial && chosen.revision == 0)
        throw std::runtime_error("no version of " + options.flow + " is live yet: publish it without a trial first");
    if (trial && version == chosen.all.live) {
        std::cerr << "switchhook: version " << version << " of " << options.flow
                  << " is live: there is nothing to try\n";
        return failure;
    }

    core::VersionChange change{options.flow, options.number, version};
    change.what = options.draft ? "published as a draft" : trial ? "published to " + trial_text(percent) : "published";
    if (trial) change.kind = core::VersionChange::Kind::trial;
    auto step = [&](core::FlowVersions was) {
        if (trial) return core::tried(std::move(was), version, percent);
        return options.number.empty() ? core::published(std::move(was), version)
                                      : core::published(std::move(was), version, options.number);
    };
    auto now = step(chosen);
    if (now != chosen) versions.put(change, step, script::to_json(flow->bundle()));
    std::cout << options.flow << (options.number.empty() ? "" : " on " + options.number) << ": version " << version
              << (trial ? " is on trial for " + trial_text(percent) : " is live")
              << (now == chosen ? " already\n" : "\n");
    return success;
}

}  // namespace

void add_publish(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<PublishOptions>();
    options->create = true;  // the first flow is published before the first engine runs
    auto* cli = app.add_subcommand("publish", "Checks and tests a flow as it is on disk, and puts it live");
    cli->add_option("FLOW", options->flow, "The name of its folder in --flows")->required();
    auto* number = cli->add_option("--number", options->number, "Only for this number of the flow, in E.164")
                       ->check(check_phone_number);
    auto* draft = cli->add_flag("--draft", options->draft, "Only for the flow's test_callers");
    auto* canary = cli->add_option("--canary", options->canary,
                                   "Only for this percentage of the callers, the same ones "
                                   "each time")
                       ->check(CLI::Range(1, 99));
    number->excludes(draft)->excludes(canary);
    draft->excludes(canary);
    add_version_options(*cli, *options);
    cli->callback([options, &exit_code] { exit_code = publish(*options); });
}

}  // namespace switchhook::app
