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
        Step last;  // the ask that nobody answered, or how the handler ended
    };

    std::shared_ptr<const Flow> flow;
    std::vector<Handler> handlers;
};

// A FlowRun that writes down its own Recording.
class RecordedRun {
public:
    // With `lines`, the author's lines that run are noted there.
    RecordedRun(std::shared_ptr<const Flow> flow, const Limits& limits, Lines* lines = nullptr);

    // As FlowRun's. The step is valid until the next call.
    const Step& start(const std::string& handler, const core::CallInfo& info);
    const Step& resume(const core::Answer& answer);

    // Goes on with a new run, as another process would: it is given the answers so far. Gives what came out
    // differently, in which case the run stays as it was.
    std::optional<std::string> rebuild();

    const Flow& flow() const { return *recording_.flow; }
    Recording take_recording() &&;

private:
    FlowRun run_;
    Limits limits_;
    Step step_;
    Recording recording_;
};

// Runs a flow anew and feeds it the recorded answers. Nothing, if every ask came out the same; else a sentence that
// says which did not, and the author's lines: "replayed from its own answers, the flow asks for something else: …".
std::optional<std::string> replay(const Recording& recording, const Limits& limits);

}  // namespace switchhook::script
