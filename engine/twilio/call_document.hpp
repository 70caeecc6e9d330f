#pragma once

#include "core/ask.hpp"
#include "twilio/call_urls.hpp"
#include "twiml/document.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace switchhook::twilio {

// The document that a Call sends for these asks, the last of which ends it: for whoever wants to see it without a call.
// `turn` is that of the webhook which it answers, `step` the number of the last ask; a media stream gets `token`. A
// problem is in words for the flow's author.
twiml::Checked<std::string> document_for(const std::vector<core::Ask>& asks, const CallUrls& urls, unsigned turn,
                                         std::uint32_t step, const std::string& token);

}  // namespace switchhook::twilio
