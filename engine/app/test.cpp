#include "app/commands.hpp"
#include "app/flow_paths.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
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
#include <unistd.h>

namespace switchhook::app {
namespace {

struct TestOptions {
    std::vector<std::string> paths;
    std::string flows = "flows";
    std::string filter;
    std::string format = "human";
    std::string junit_file;
    bool watch = false;
};

// What came of one run over the flows.
struct Outcome {
    script::Problems problems;
    std::vector<script::TestResult> results;
};

// Whether a test's flow is among what was named; a shared module names every flow that may require it.
bool is_named(const FlowPaths& named, const script::Source& test) {
    auto business = *std::filesystem::path(test.path).begin();
    return named.paths.empty() || std::any_of(named.paths.begin(), named.paths.end(), [&](const auto& path) {
               return *path.begin() == business || *path.begin() == "shared";
           });
}

// Loads as `check` does, with a tester that keeps what it sees.
Outcome run_tests(const FlowPaths& named, const TestOptions& options) {
    Outcome outcome;
    script::FlowLibrary::Options library{.root = named.root};
    library.run_tests = [&](const script::Source& test, std::shared_ptr<const script::Flow> flow,
                            const script::FlowTester::Options& how, const script::FlowTester::FindFlow& find) {
        if (!is_named(named, test)) return std::vector<script::TestResult>();
        auto filtered = how;
        filtered.filter = options.filter;
        auto results = script::FlowTester::run(test, std::move(flow), filtered, find);
        outcome.results.insert(outcome.results.end(), results.begin(), results.end());
        // Failed tests are reported as tests; here they are no problems of loading.
        return std::vector<script::TestResult>();
    };
    outcome.problems = script::FlowLibrary::check(library, named.paths);
    return outcome;
}

int report(const Outcome& outcome, const TestOptions& options) {
    for (const auto& problem : outcome.problems) std::cerr << problem.text() << '\n';
    if (options.format == "tap")
        std::cout << script::tap_report(outcome.results);
    else if (options.format == "junit")
        std::cout << script::junit_report(outcome.results);
    else
        std::cout << script::human_report(outcome.results, {.colour = isatty(STDOUT_FILENO) == 1});
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
    if (outcome.results.empty() && outcome.problems.empty() && !options.filter.empty()) {
        std::cerr << "switchhook: no test's name contains `" << options.filter << "`\n";
        return failure;
    }
    return outcome.problems.empty() && script::count_failed(outcome.results) == 0 ? success : failure;
}

// Runs again after every save, until the process is told to stop.
int watch(FlowPaths named, const TestOptions& options) {
    std::mutex mutex;
    std::condition_variable changed;
    bool dirty = false;
    core::Log log({.level = core::LogLevel::warn});
    script::FlowWatcher watcher(
        named.root,
        [&](const script::Changes&) {
            std::lock_guard lock(mutex);
            dirty = true;
            changed.notify_one();
        },
        log);
    for (;;) {
        report(run_tests(named, options), options);
        std::cout << "\nwaiting for a save in " << named.root.string() << " (Ctrl-C ends)\n" << std::flush;
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return dirty; });
        dirty = false;
    }
}

int test(const TestOptions& options) {
    auto named = flow_paths(options.paths, options.flows);
    if (!named.problem.empty()) {
        std::cerr << "switchhook: " << named.problem << '\n';
        return unavailable;
    }
    return options.watch ? watch(std::move(named), options) : report(run_tests(named, options), options);
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
    cli->add_flag("--watch", options->watch, "Runs again after every save");
    cli->footer("Exit code 1 if a test fails or a flow does not load.\n");
    cli->callback([options, &exit_code] { exit_code = test(*options); });
}

}  // namespace switchhook::app
