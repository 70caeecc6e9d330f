#include "app/carrier_documents.hpp"
#include "app/commands.hpp"
#include "app/flow_paths.hpp"
#include "app/test_coverage.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "script/evaluation_file.hpp"
#include "script/flow_library.hpp"
#include "script/flow_watcher.hpp"
#include "script/test_report.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <unistd.h>
#include <utility>

namespace switchhook::app {
namespace {

struct TestOptions {
    std::vector<std::string> paths;
    std::string flows = "flows";
    std::string filter;
    std::string format = "human";
    std::string junit_file;
    std::size_t repeat = 1;
    bool shuffle = false;
    std::optional<std::uint64_t> seed;
    bool update = false;
    CoverageOptions coverage;
    bool watch = false;
};

// What came of one run over the flows.
struct Outcome {
    script::Problems problems;
    std::vector<script::TestResult> results;
    script::Coverage coverage;
};

// Whether a test's flow is among what was named; a shared module names every flow that may require it.
bool is_named(const FlowPaths& named, const script::Source& test) {
    auto business = *std::filesystem::path(test.path).begin();
    return named.paths.empty() || std::any_of(named.paths.begin(), named.paths.end(), [&](const auto& path) {
               return *path.begin() == business || *path.begin() == "shared";
           });
}

// How to load flows with a tester that keeps what it sees.
script::FlowLibrary::Options library_options(const FlowPaths& named, const TestOptions& options, Outcome& outcome) {
    script::FlowLibrary::Options library{.root = named.root, .render = carrier_documents()};
    library.run_tests = [&](const script::Source& test, std::shared_ptr<const script::Flow> flow,
                            const script::FlowTester::Options& how, const script::FlowTester::FindFlow& find) {
        if (!is_named(named, test)) return std::vector<script::TestResult>();
        auto chosen = how;
        chosen.filter = options.filter;
        chosen.repeat = options.repeat;
        chosen.shuffle = options.shuffle;
        chosen.seed = options.seed.value_or(0);
        chosen.update = options.update;
        if (options.coverage.wanted()) flow = outcome.coverage.counted(*flow, how.limits);
        auto ran = script::FlowTester::run(test, std::move(flow), chosen, find);
        outcome.results.insert(outcome.results.end(), ran.begin(), ran.end());
        // Failed tests are reported as tests; here they are no problems of loading.
        return std::vector<script::TestResult>();
    };
    return library;
}

// Loads as `check` does.
Outcome run_tests(const FlowPaths& named, const TestOptions& options) {
    Outcome outcome;
    auto library = library_options(named, options, outcome);
    outcome.problems = script::FlowLibrary::check(library, named.paths).problems;
    auto of_evaluations = script::check_evaluations(library, named.paths);
    outcome.problems.insert(outcome.problems.end(), of_evaluations.begin(), of_evaluations.end());
    return outcome;
}

int report(const FlowPaths& named, const Outcome& outcome, const TestOptions& options) {
    if (options.shuffle) std::cerr << "switchhook: shuffled with --seed " << *options.seed << '\n';
    for (const auto& problem : outcome.problems) std::cerr << problem.text() << '\n';
    if (options.format == "tap")
        std::cout << script::tap_report(outcome.results);
    else if (options.format == "junit")
        std::cout << script::junit_report(outcome.results);
    else if (!outcome.results.empty() || outcome.problems.empty())
        std::cout << script::human_report(outcome.results, {.colour = isatty(STDOUT_FILENO) == 1});
    else
        std::cout << "no test was run: mend this first\n";
    std::cout.flush();
    if (!options.junit_file.empty()) {
        std::ofstream file(options.junit_file);
        file << script::junit_report(outcome.results);
        file.close();
        if (!file) {
            std::cerr << "switchhook: cannot write " << options.junit_file << '\n';
            return unavailable;
        }
    }
    // A report for machines stays whole.
    auto& out = options.format == "human" ? std::cout : std::cerr;
    if (options.coverage.wanted() && !report_coverage(options.coverage, outcome.coverage, named, out))
        return unavailable;
    if (outcome.results.empty() && outcome.problems.empty() && !options.filter.empty()) {
        std::cerr << "switchhook: no test's name contains `" << options.filter << "`\n";
        return failure;
    }
    return outcome.problems.empty() && script::count_failed(outcome.results) == 0 ? success : failure;
}

// After every save runs the tests of the flows whose content it changed, until the process is told to stop.
int watch(FlowPaths named, const TestOptions& options) {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<script::Changes> changes;
    core::Log log({.level = core::LogLevel::warn});
    script::FlowWatcher watcher(
        named.root,
        [&](const script::Changes& more) {
            std::lock_guard lock(mutex);
            if (!changes) changes.emplace();
            changes->everything |= more.everything;
            changes->paths.insert(more.paths.begin(), more.paths.end());
            changed.notify_one();
        },
        log);

    Outcome outcome;
    core::SystemClock clock;
    core::Metrics metrics;
    core::Log unread({}, [](std::string_view) {});
    script::FlowLibrary library(library_options(named, options, outcome), clock, unread, metrics);
    outcome.problems = library.refresh();
    if (!named.paths.empty()) outcome.problems = library.problems(named.paths);
    for (;;) {
        report(named, std::exchange(outcome, {}), options);
        std::cout << "\nwaiting for a save in " << named.root.string() << " (Ctrl-C ends)\n" << std::flush;
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return changes.has_value(); });
        const auto saved = *std::exchange(changes, std::nullopt);
        lock.unlock();
        outcome.problems = library.reload(saved);
        if (!named.paths.empty()) outcome.problems = library.problems(named.paths);
    }
}

int test(TestOptions options) {
    if (options.shuffle && !options.seed) options.seed = std::random_device()();
    auto named = flow_paths(options.paths, options.flows);
    if (!named.problem.empty()) {
        std::cerr << "switchhook: " << named.problem << '\n';
        return unavailable;
    }
    return options.watch ? watch(std::move(named), options) : report(named, run_tests(named, options), options);
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<TestOptions>();
    auto* cli = app.add_subcommand("test", "Runs the flow tests: flow_test.lua beside each flow.lua");
    add_flow_paths(*cli, options->paths, options->flows);
    cli->add_option("--filter", options->filter, "Runs only tests whose name contains this");
    cli->add_option("--format", options->format, "human, tap or junit")
        ->check(CLI::IsMember({"human", "tap", "junit"}))
        ->capture_default_str();
    cli->add_option("--junit", options->junit_file, "Also writes JUnit XML to this file");
    cli->add_option("--repeat", options->repeat, "Runs every test so often, each time with the next seed")
        ->check(CLI::Range(1, 1'000'000));
    cli->add_flag("--shuffle", options->shuffle, "Runs the tests of a file in an order of chance");
    cli->add_option("--seed", options->seed, "What chance begins with: brings an order back, and the names of calls");
    cli->add_flag("--update", options->update, "Writes the golden files of call:twiml_is instead of comparing them");
    add_coverage_options(*cli, options->coverage);
    cli->add_flag("--watch", options->watch, "After every save runs the tests of what it changed");
    cli->footer(
        "Evaluations (flow_eval.lua) are loaded and not run: that is `switchhook eval`.\n"
        "Exit code 1 if a test fails or a flow does not load.\n");
    cli->callback([options, &exit_code] { exit_code = test(*options); });
}

}  // namespace switchhook::app
