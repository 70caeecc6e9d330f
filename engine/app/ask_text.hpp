#pragma once

#include "core/ask.hpp"

#include <string>
#include <vector>

namespace switchhook::app {

// What one side does on a call, for people: {"caller", "presses 1"}.
struct Deed {
    std::string who;
    std::string what;
};

// What a flow does by an ask, step by step: {"says \"Press 1.\"", "waits for 1 digit"}. Nothing that is sent is in it
// but the words of texts; of an address, nothing behind the `?`.
std::vector<std::string> ask_texts(const core::Ask& ask);

// What came of it; without `what` where that is nothing to tell. Of the keys that went to the flow alone, their number.
Deed answer_text(const core::Ask& ask, const core::Answer& answer);

// Whom a target of `dial` names: "+15550100", "queue front_desk".
std::string target_name(const core::Json& target);

// In quotes, on one line.
std::string in_quotes(const std::string& text);

// What SSML says, without its markup.
std::string plain_text(const std::string& ssml);

}  // namespace switchhook::app
