#pragma once

#include "app/made_up.hpp"
#include "session/past_run.hpp"

#include <string>

namespace switchhook::app {

// A past call once more, as a flow test has it: with the names that a test gives to calls, texts and recordings, with
// replies that say no more than a test can, and with made-up data.
struct Rehearsal {
    core::CallInfo info;
    core::Json own_settings;      // those that the flow itself does not have
    script::Recording recording;  // what the flow did in it
    std::string leads_away;       // where the made-up data had the flow do something else: the author's line; or empty
};

// REQUIRES: on a thread that a Watchdog watches (script/watchdog.hpp).
Rehearsal rehearse(const session::KeptCall& call, const script::Recording& past, const MadeUp& made_up);

}  // namespace switchhook::app
