#pragma once

#include "core/ask.hpp"
#include "twiml/document.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchhook::twiml {

// The engine's own URLs, as Twilio is to call them.
struct Urls {
    // Where Twilio goes when the verb is over: a continuation. Needed by gather, record, dial, enqueue and refer.
    std::string action;
    // What the one called hears before a dial connects the two, for the nth entry of the dial's `to` (from 0).
    // Needed by a dial with a `whisper` in its `to`.
    std::function<std::string(std::size_t target)> whisper;
};

// True for the kinds of ask that append() takes: say play pause gather record dial enqueue leave redirect reject
// refer hangup reply.
bool is_verb(std::string_view kind);

// Appends what one ask needs to a document. Options are the verb's own as engine/README.md lists them; a problem
// names them so, in words for the flow's author, and leaves the document as it was.
//
// An empty text to say adds nothing. A record is followed by a redirect to the same continuation, since a recording
// in which nothing was said falls through to the next verb; nothing after a gather, dial or enqueue is ever reached.
Checked<void> append(Document& document, const core::Ask& ask, const Urls& urls);

// The engine's end of a bidirectional media stream, and what the carrier tells it of the call when it connects.
struct Stream {
    std::string url;                                              // wss://…
    std::vector<std::pair<std::string, std::string>> parameters;  // name and value, together under 500 characters
};

// Appends <Connect><Stream>: the caller's audio goes to `stream` until that is closed, then Twilio goes to
// `urls.action`. Nothing after it is ever reached.
Checked<void> append_stream(Document& document, const Stream& stream, const Urls& urls);

// Appends a list of prompts ({say = {…}}, {play = {…}}, {pause = {…}}), as a gather or a whisper has them.
Checked<void> append_prompts(Document& document, const core::Json& prompts);

}  // namespace switchhook::twiml
