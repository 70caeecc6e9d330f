#pragma once

#include "core/json.hpp"

#include <string>

namespace switchhook::session {

// The last lines of a transcript (session/transcript.hpp), for one field of a log line: "flow: Press 1. / caller: one".
// What callers key in or say in digits, four and more in a row, is told by its length alone: it may be a PIN or a card.
std::string transcript_text(const core::Json& transcript);

}  // namespace switchhook::session
