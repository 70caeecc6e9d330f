#pragma once

#include "core/store.hpp"

#include <vector>

namespace switchhook::session {

// What a call used of models, summed over the answers of its journal: {conversations, conversation_seconds, chats}, and
// tokens by the names under which the models counted them: {input, output, cached, input_audio, …}. A conversation that
// was cut off, and opened again by another process, counts from there.
core::Json usage_of(const std::vector<core::JournalEntry>& journal);

}  // namespace switchhook::session
