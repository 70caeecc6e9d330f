#include "app/commands.hpp"
#include "app/flow_paths.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "script/explorer.hpp"
#include "script/flow_library.hpp"
#include "script/flow_thread.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

namespace switchhook::app {
namespace {

struct ExploreOptions {
    std::vector<std::string> paths;
    std::string flows = "flows";
    std::string format = "text";
    bool tree = true;
    script::ExploreOptions walk;
};

// What the numbers of a flow are set to, each once; nothing but the flow's own where it has no number.
std::vector<core::Json> settings_of(const script::FlowLibrary& library, const std::string& flow) {
    std::vector<core::Json> settings;
    for (const auto& number : library.status()) {
        if (number.entry.flow != flow) continue;
        auto live = library.find(number.entry.number);
        if (live && std::find(settings.begin(), settings.end(), live->settings) == settings.end())
            settings.push_back(live->settings);
    }
    if (settings.empty()) settings.push_back(core::Json::object());
    return settings;
}

std::set<std::string> names_of(const FlowPaths& named, const script::FlowLibrary& library) {
    std::set<std::string> names;
    for (const auto& flow : library.flows()) {
        auto is_it = [&](const auto& path) { return path.begin()->string() == flow.name; };
        if (named.paths.empty() || std::any_of(named.paths.begin(), named.paths.end(), is_it)) names.insert(flow.name);
    }
    return names;
}

void print_findings(const script::Exploration& explored, std::ostream& out) {
    for (const auto& finding : explored.findings) {
        out << finding.where << ": " << (finding.is_wrong() ? "" : "note: ") << name_of(finding.kind) << ": "
            << finding.what << '\n';
        std::string path;
        for (const auto& label : finding.path) path += (path.empty() ? "" : ", ") + label;
        if (!path.empty()) out << "    " << path << '\n';
    }
}

void print(const script::Exploration& explored, const ExploreOptions& options) {
    if (options.format == "mermaid") std::cout << explored.graph.mermaid();
    if (options.format == "dot") std::cout << explored.graph.dot();
    if (options.format != "text") return print_findings(explored, std::cerr);
    std::cout << explored.flow << ": " << explored.paths << " paths, " << explored.graph.places.size() - 1 << " places"
              << (explored.complete ? "" : ", and more beyond --depth or --max-paths") << "\n\n";
    if (options.tree) std::cout << explored.graph.text() << '\n';
    print_findings(explored, std::cout);
}

int explore_flows(const FlowPaths& named, const ExploreOptions& options) {
    core::SystemClock clock;
    core::Log log({}, [](std::string_view) {});
    core::Metrics metrics;
    script::FlowLibrary library({.root = named.root, .run_tests = {}}, clock, log, metrics);
    auto problems = library.refresh();
    if (!named.paths.empty()) problems = library.problems(named.paths);
    for (const auto& problem : problems) std::cerr << problem.text() << '\n';

    std::size_t wrong = 0, paths = 0, flows = 0;
    const auto began = std::chrono::steady_clock::now();
    for (const auto& name : names_of(named, library)) {
        auto flow = library.flow(name);
        if (!flow) continue;
        auto walk = options.walk;
        walk.settings = settings_of(library, name);
        auto explored = script::explore(*flow, walk);
        print(explored, options);
        wrong += static_cast<std::size_t>(std::count_if(explored.findings.begin(), explored.findings.end(),
                                                        [](const auto& finding) { return finding.is_wrong(); }));
        paths += explored.paths;
        ++flows;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cerr << flows << (flows == 1 ? " flow, " : " flows, ") << paths << " paths in " << took.count()
              << " s: " << (wrong == 0 ? "nothing" : std::to_string(wrong)) << " wrong\n";
    return problems.empty() && wrong == 0 ? success : failure;
}

int explore(const ExploreOptions& options) {
    auto named = flow_paths(options.paths, options.flows);
    if (!named.problem.empty()) {
        std::cerr << "switchhook: " << named.problem << '\n';
        return unavailable;
    }
    try {
        return script::on_flow_thread([&] { return explore_flows(named, options); });
    } catch (const std::exception& error) {
        std::cerr << "switchhook: " << error.what() << '\n';
        return failure;
    }
}

}  // namespace

void add_explore(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ExploreOptions>();
    auto* cli = app.add_subcommand("explore", "Walks through flows by itself, and tells where callers would be stuck");
    add_flow_paths(*cli, options->paths, options->flows);
    cli->add_option("--depth", options->walk.depth, "Most things that happen in one call")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    cli->add_option("--max-paths", options->walk.max_paths, "Most calls that are tried for a flow")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    cli->add_option("--seed", options->walk.seed,
                    "Another one tries other calls first, where --max-paths leaves some out");
    cli->add_option("--format", options->format, "text, mermaid or dot: how the tree of calls is drawn")
        ->check(CLI::IsMember({"text", "mermaid", "dot"}))
        ->capture_default_str();
    cli->add_flag("!--no-tree", options->tree, "Tells only what it found");
    cli->footer(
        "At every place where a flow waits it tries each key, the hinted words, words that nobody expects, silence,\n"
        "hanging up, every outcome of a transfer, what an assistant may do, and servers that fail.\n"
        "It reports crashes, dead ends (no way out, or hung up on without a word), loops (a silent caller is asked "
        "for\n"
        "ever) and unreachable lines. Notes are no mistakes: lines that it did not come to, ends without a word.\n"
        "Exit code 1 if something is wrong or a flow does not load.\n");
    cli->callback([options, &exit_code] { exit_code = explore(*options); });
}

}  // namespace switchhook::app
