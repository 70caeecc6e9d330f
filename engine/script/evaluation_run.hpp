#pragma once

#include "core/ask.hpp"
#include "script/flow_tester.hpp"
#include "script/test_lua.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace switchhook::script {

// One `eval` of a flow_eval.lua.
struct Evaluation {
    std::string name;
    std::string where;    // "lexi/flow_eval.lua:3"
    double at_least = 1;  // the share of its runs that has to pass
};

// What a run needs next of a model.
struct ModelRequest {
    std::string role;  // whom it plays: "caller", "assistant", "judge"
    core::Json chat;   // the options of a `chat` ask (engine/README.md)
};

// What came of a run. It is broken where it says nothing about the flow: a model did not answer, or not as it has to.
struct EvaluationResult {
    enum class Outcome { passed, failed, broken };
    Outcome outcome = Outcome::passed;
    std::string why;         // why it did not pass: "lexi/flow_eval.lua:9: expected …"
    std::string transcript;  // a line per event, those that matter marked with ">"
};

// One run of an evaluation: scripts/test_evaluation.lua plays a call between a model and the flow, and has it judged.
// Like a FlowRun it does no I/O: whoever drives it asks the models. Runs on a thread that a Watchdog watches.
class EvaluationRun {
public:
    using Step = std::variant<ModelRequest, EvaluationResult>;

    // `file` outlives it.
    EvaluationRun(const Source& file, std::shared_ptr<const Flow> flow, const FlowTester::Options& options);

    // Runs the file, which registers its evaluations. Gives what is wrong with it, if anything.
    std::optional<std::string> load();
    const std::vector<Evaluation>& evaluations() const { return evaluations_; }

    // Runs one to the first request. `now` is the machine's time, which bounds the run; the call has a clock of its
    // own. REQUIRES: load succeeded, and this is its only start.
    Step start(std::size_t index, core::Time now);

    // Runs on from the last request to the next, with the answer of a `chat` ask. REQUIRES: the last step was a
    // request.
    Step resume(const core::Answer& answer);

private:
    static void add_model(lua_State* L);
    static int ask_model(lua_State* L);
    static int list(lua_State* L);
    static int push_start(lua_State* L);
    static int push_answer(lua_State* L);
    static int take_outcome(lua_State* L);

    Step go_on(int arguments);
    ModelRequest request();
    EvaluationResult result(const std::optional<std::string>& raised);

    TestLua lua_;
    lua_State* thread_ = nullptr;  // the coroutine; anchored in the registry
    std::vector<Evaluation> evaluations_;
    std::size_t index_ = 0;
    // What the functions that run protected take…
    core::Time now_{};
    const core::Answer* answer_ = nullptr;
    std::string raised_;
    // …and give.
    core::Json outcome_;
};

}  // namespace switchhook::script
