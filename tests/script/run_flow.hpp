#pragma once

#include "script/flow.hpp"
#include "script/flow_run.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace switchhook::script {

// For tests of flows given as text: the file is "test/flow.lua", its modules "test/NAME.lua".

inline core::Time test_time() {
    return core::Time(std::chrono::milliseconds(1'772'490'600'000));  // 2026-03-02 22:30:00 UTC
}

inline Bundle test_bundle(const std::string& text, const std::map<std::string, std::string>& modules = {}) {
    Bundle bundle{"test", {"test/flow.lua", text}, {}};
    for (auto& [name, module] : modules) bundle.modules[name] = {"test/" + name + ".lua", module};
    return bundle;
}

// The problems that compiling finds, one a line; empty if there are none.
inline std::string problems_of(const std::string& text, const std::map<std::string, std::string>& modules = {},
                               const Limits& limits = {}) {
    auto compiled = Flow::compile(test_bundle(text, modules), limits);
    std::string lines;
    if (auto* problems = std::get_if<Problems>(&compiled))
        for (auto& problem : *problems) lines += (lines.empty() ? "" : "\n") + problem.text();
    return lines;
}

// Throws the problems as one std::runtime_error.
inline std::shared_ptr<const Flow> compile_flow(const std::string& text,
                                                const std::map<std::string, std::string>& modules = {}) {
    auto compiled = Flow::compile(test_bundle(text, modules), {});
    if (auto* flow = std::get_if<std::shared_ptr<const Flow>>(&compiled)) return *flow;
    throw std::runtime_error(std::get<Problems>(compiled).front().text());
}

inline core::CallInfo test_call() {
    core::CallInfo info;
    info.id = "CA00000000000000000000000000000001";
    info.from = "+15551230100";
    info.to = "+15550100200";
    info.provider = "twilio";
    info.account = "AC1";
    info.started = test_time();
    return info;
}

// Runs `test` where flows may run.
template <class Test>
void on_worker(Test test) {
    Watchdog watchdog;
    WorkerThread worker([&] {
        Watchdog::Registration registration(watchdog);
        test();
    });
}

// What a run came to.
struct FlowResult {
    std::vector<core::Ask> asks;
    Step last;  // the Ask that no answer was left for, or the end

    const core::Json& value() const { return std::get<Finished>(last).value; }
    const Failed& failed() const { return std::get<Failed>(last); }
    // "WHERE: WHAT [LIMIT]", or how else it ended.
    std::string failure() const {
        if (std::holds_alternative<Finished>(last)) return "finished: " + value().dump();
        if (auto* ask = std::get_if<core::Ask>(&last)) return "asked: " + ask->kind;
        return failed().where + ": " + failed().what + (failed().limit.empty() ? "" : " [" + failed().limit + "]");
    }
};

// REQUIRES: on a watched thread.
inline FlowResult continue_flow(FlowRun& run, Step step, std::deque<core::Answer> answers) {
    FlowResult result{{}, std::move(step)};
    while (auto* ask = std::get_if<core::Ask>(&result.last)) {
        result.asks.push_back(*ask);
        if (answers.empty()) break;
        auto answer = std::move(answers.front());
        answers.pop_front();
        result.last = run.resume(answer);
    }
    return result;
}

// Compiles a flow and runs its handler, giving each ask the next of `answers`.
inline FlowResult run_flow(const std::string& text, std::deque<core::Answer> answers = {},
                           const std::map<std::string, std::string>& modules = {}, const Limits& limits = {},
                           const core::CallInfo& info = test_call(), const std::string& handler = "on_call") {
    FlowResult result;
    on_worker([&] {
        FlowRun run(compile_flow(text, modules), limits);
        result = continue_flow(run, run.start(handler, info), std::move(answers));
    });
    return result;
}

// The same for the statements of an on_call; `call` is the call, `ask` a short word for the verb `log`.
inline FlowResult run_statements(const std::string& statements, std::deque<core::Answer> answers = {},
                                 const Limits& limits = {}) {
    return run_flow("return { on_call = function(call)\n" + statements + "\nend }", std::move(answers), {}, limits);
}

}  // namespace switchhook::script
