#pragma once

#include "core/ask.hpp"

#include <optional>
#include <string>
#include <vector>

namespace switchhook::session {

// What the journal tells of the conversation that was going on when a call's last process ended: enough to open it
// again.
class ConversationPast {
public:
    // An ask of a conversation, and how it was answered.
    void pass(const core::Ask& ask, const core::Answer& answer);

    // It was opened, and has not ended.
    bool goes_on() const { return opening_.has_value(); }
    // The ask that opened it, and when the flow first heard of it. REQUIRES: goes_on().
    const core::Ask& opening() const { return *opening_; }
    core::Time opened_at() const { return opened_at_; }

    // The setting `history` (core/agent_port.hpp): what was said, with the tools that the model called and what the
    // flow has answered since. `said` as AgentPort::transcript() gave it at last.
    core::Json history(const core::Json& said) const;

private:
    struct Tool {
        std::string call_id;
        std::string name;
        std::string arguments;
        std::optional<std::string> result;
    };
    static core::Json line_of(const Tool& tool);

    std::optional<core::Ask> opening_;
    core::Time opened_at_{};
    std::vector<Tool> tools_;  // in the order in which the model called them
};

}  // namespace switchhook::session
