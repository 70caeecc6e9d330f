#pragma once

#include "app/ask_text.hpp"
#include "session/past_run.hpp"

#include <string>
#include <vector>

namespace switchhook::app {

// One thing that happened on a call, at its time.
struct TimelineEntry {
    core::Time at{};
    Deed deed;
    std::string where = {};   // of what the flow does: the author's line
    std::size_t handler = 0;  // of the recording
    std::size_t step = 0;     // how many of the handler's steps came before
};

// A call or a text message from its beginning to its end: what the flow did, what came of it, and what was said with an
// assistant.
std::vector<TimelineEntry> timeline(const session::KeptCall& call, const session::PastRun& run);

// What was said in the conversation that a handler's step opened: a list as core::AgentPort::transcript() gives it, and
// when it began. `kept`: by the number of the step, for one that was cut off.
struct Spoken {
    core::Json lines = core::Json::array();
    core::Time began{};
};
Spoken spoken_in(const script::Recording::Handler& handler, std::size_t opening,
                 const session::Conversation::Said& kept);

}  // namespace switchhook::app
