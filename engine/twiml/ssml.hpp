#pragma once

#include "twiml/document.hpp"

#include <string_view>

namespace switchhook::twiml {

// Adds SSML, as it goes between <Say> and </Say>, to a <Say>. A problem says what is wrong with the markup: not
// well-formed, an element or attribute that Twilio does not take, a value outside its list.
Checked<void> add_ssml(Document& document, Document::Element say, std::string_view markup);

}  // namespace switchhook::twiml
