#pragma once

#include "app/rehearsal.hpp"
#include "app/test_lines.hpp"

namespace switchhook::app {

// A call in the words of a flow test. `kept`: what was said in conversations that were cut off, with made-up data.
// `fallback`: the flow's, for a call in which the assistant failed and the flow left it at that.
TestLines script_of(const Rehearsal& rehearsal, const session::Conversation::Said& kept, const session::PastRun& run,
                    const core::Json& fallback);

}  // namespace switchhook::app
