#pragma once

#include "script/recorded_run.hpp"
#include "session/kept_call.hpp"
#include "session/transcript.hpp"

#include <optional>

namespace switchhook::session {

// A call, or a text message, told again by the version that it ran on: the journal has the answers, and the flow, run
// anew, has what was asked. Nothing is performed.
class PastRun {
public:
    // Runs on_call, and on_call_ended where the call is over; of a text message on_message.
    // REQUIRES: on a thread that a Watchdog watches (script/watchdog.hpp).
    PastRun(const KeptCall& call, const script::Limits& limits);

    // The handlers that ran. Of an unfinished call the last step is the ask that waits.
    const script::Recording& recording() const { return recording_; }
    // The flow does not ask what it asked then: its last step here was never taken.
    bool diverged() const { return diverged_; }
    // The flow broke, or left its caller alone with an assistant that had failed: then the engine took over. Never of
    // a text message, which has no fallback.
    bool fell_back() const;
    // Where it diverged: what the answer was to what it asked then.
    const core::Answer& answer_then() const { return answer_then_; }
    // What came of ringing the fallback's number, where it was rung.
    const std::optional<core::Answer>& fallback_outcome() const { return fallback_outcome_; }

private:
    void lead(script::RecordedRun& run, const std::string& handler, const core::CallInfo& info, std::uint32_t first_seq,
              const KeptCall& call);

    const bool is_text_;
    script::Recording recording_;
    Transcript transcript_;
    core::Time time_{};
    bool diverged_ = false;
    core::Answer answer_then_;
    std::optional<core::Answer> fallback_outcome_;
};

}  // namespace switchhook::session
