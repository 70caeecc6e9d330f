#pragma once

#include "core/ask.hpp"
#include "script/flow.hpp"
#include "script/flow_run.hpp"

#include <memory>

namespace switchhook::script {

// One run of a scenario: a Lua file that tells the caller's side of real calls in the words of
// scripts/scenario.lua. Like a FlowRun it does no I/O: each verb is an Ask that whoever drives it performs.
//
// A scenario is the developer's own program on their own machine: it gets Lua's whole library and no limits.
class ScenarioRun {
public:
    // `scenario.path` names it in messages: "demo.lua:12".
    explicit ScenarioRun(Source scenario);
    ScenarioRun(ScenarioRun&&) noexcept;
    ~ScenarioRun();

    // Runs to the first ask. Finished where there is none; Failed where the file does not compile.
    Step start();

    // Runs on from the last ask to the next. REQUIRES: the last step was an Ask.
    Step resume(const core::Answer& answer);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace switchhook::script
