#pragma once

#include "script/flow_run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// One run of a flow as a journal holds it: which handlers were started, and how every ask was answered.
struct Recording {
    struct Asked {
        core::Ask ask;
        std::string answer;  // core::to_json(Answer), as text
    };
    struct Handler {
        std::string name;  // "on_call"
        core::CallInfo info;
        std::vector<Asked> asked;
        Step last;           // the ask that was not answered, or how the handler ended
        std::string ending;  // the answer with which `last` ended the handler, as in Asked; empty: none
    };

    std::shared_ptr<const Flow> flow;
    std::vector<Handler> handlers;
};

// An answer as a recording has it.
core::Answer answer_of(const std::string& recorded);

// A FlowRun that writes down its own Recording.
class RecordedRun {
public:
    RecordedRun(std::shared_ptr<const Flow> flow, const Limits& limits);

    // As FlowRun's. The step is valid until the next call.
    const Step& start(const std::string& handler, const core::CallInfo& info);
    const Step& resume(const core::Answer& answer);
    // The last ask got this answer, and the handler goes no further: the caller is gone.
    void end(const core::Answer& answer);

    // Goes on with a new run, as another process would: it is given the answers so far. Gives what came out
    // differently, in which case the run stays as it was.
    std::optional<std::string> rebuild();

    const Step& step() const { return step_; }
    const Flow& flow() const { return *recording_.flow; }
    Recording take_recording() &&;

private:
    FlowRun run_;
    Limits limits_;
    Step step_;
    Recording recording_;
};

// Where a flow that gets recorded answers does something else than the one that was recorded.
struct Difference {
    std::size_t handler = 0;  // of the recording
    std::size_t step = 0;     // how many of the handler's steps came before
    // What was done there, and what is done now; one of them may be empty.
    std::vector<Step> then;
    std::vector<Step> now;
    // Nobody knows what would have come after it. Without it only the words differ that somebody hears or reads, and
    // what comes after it was compared too.
    bool leads_away = false;
};

// Runs a flow, which may be an edited one, with the recorded answers. The differences in their order; none if the call
// would have gone the same.
std::vector<Difference> compare(const Recording& recording, std::shared_ptr<const Flow> flow, const Limits& limits);

// Runs the flow itself again. Nothing, if every ask came out the same; else a sentence that says which did not, and the
// author's lines: "replayed from its own answers, the flow does something else: …".
std::optional<std::string> replay(const Recording& recording, const Limits& limits);

}  // namespace switchhook::script
