#include "script/flow_tester.hpp"

#include "core/lower_case.hpp"
#include "script/test_state.hpp"

#include <algorithm>
#include <random>

namespace switchhook::script {
namespace {

// The tests to run, by their place in the file.
std::vector<std::size_t> order_of(const std::vector<TestState::Test>& tests, const FlowTester::Options& options) {
    std::vector<std::size_t> order;
    for (std::size_t index = 0; index < tests.size(); ++index)
        if (core::contains_in_any_case(tests[index].name, options.filter)) order.push_back(index);
    if (!options.shuffle) return order;
    // std::shuffle may differ from one standard library to another; a seed is to mean the same order everywhere.
    std::mt19937_64 random(options.seed);
    for (std::size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[random() % left]);
    return order;
}

// The failure of one round of several, with the seed that brings it back.
std::string failure_in(std::size_t round, const std::string& failure, const FlowTester::Options& options) {
    return failure + " (in round " + std::to_string(round + 1) + " of " + std::to_string(options.repeat) + ": --seed " +
           std::to_string(options.seed + round) + ")";
}

// Of one test in several rounds: its first failure, and the time of all.
void add_round(TestResult& result, TestResult next, std::size_t round, const FlowTester::Options& options) {
    result.took += next.took;
    if (!result.failure.empty() || next.failure.empty()) return;
    result.failure = failure_in(round, next.failure, options);
    result.transcript = std::move(next.transcript);
}

// One round in a state of its own, so that nothing is left of the round before.
std::vector<std::pair<std::size_t, TestResult>> run_round(const Source& test, const std::shared_ptr<const Flow>& flow,
                                                          const FlowTester::Options& options,
                                                          const FlowTester::FindFlow& find) {
    TestState state(test, flow, options, find);
    if (auto failure = state.load()) return {{0, {.name = "loads", .where = test.path + ":1", .failure = *failure}}};
    std::vector<std::pair<std::size_t, TestResult>> results;
    for (auto index : order_of(state.tests(), options)) results.emplace_back(index, state.run(index));
    return results;
}

}  // namespace

std::vector<TestResult> FlowTester::run(const Source& test, std::shared_ptr<const Flow> flow, const Options& options,
                                        const FindFlow& find) {
    auto round_options = options;
    auto first = run_round(test, flow, options, find);
    for (auto& [index, result] : first)
        if (options.repeat > 1 && !result.failure.empty()) result.failure = failure_in(0, result.failure, options);
    for (std::size_t round = 1; round < options.repeat; ++round) {
        round_options.seed = options.seed + round;
        for (auto& [index, next] : run_round(test, flow, round_options, find)) {
            auto same = std::find_if(first.begin(), first.end(), [&](const auto& one) { return one.first == index; });
            if (same != first.end()) add_round(same->second, std::move(next), round, options);
        }
    }
    std::vector<TestResult> results;
    for (auto& one : first) results.push_back(std::move(one.second));
    return results;
}

}  // namespace switchhook::script
