#pragma once

#include "app/rehearsal.hpp"
#include "app/test_lines.hpp"

#include <string>

namespace switchhook::app {

// What the lines of a flow test tell of a call.
struct CallScript {
    TestLines lines;
    bool has_assistant = false;
};

// `kept`: what was said in conversations that were cut off, with made-up data. `fallback`: what came of ringing the
// fallback's number, where the assistant failed and the flow left it at that.
CallScript script_of(const Rehearsal& rehearsal, const session::Conversation::Said& kept, const session::PastRun& run,
                     const core::Json& fallback);

}  // namespace switchhook::app
