#pragma once

#include <string>
#include <string_view>

namespace switchhook::twiml {

// Text as XML 1.0 allows it (§2.2), in well-formed UTF-8: control characters other than tab and line ends,
// surrogates, U+FFFE and U+FFFF are dropped; bytes that are no UTF-8 become U+FFFD.
//
// Gives `text` itself where nothing is to be changed, else a view of `changed`.
std::string_view legal_text(std::string_view text, std::string& changed);

// True for a character that may stand in an XML 1.0 document.
bool is_legal(char32_t character);

// How many characters (code points) well-formed UTF-8 holds.
std::size_t count_characters(std::string_view text);

}  // namespace switchhook::twiml
