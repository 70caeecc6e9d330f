#pragma once

#include "core/errc.hpp"

#include <string>
#include <string_view>

namespace switchhook::audio {

// Base 64 as RFC 4648 §4 has it: with padding, without line breaks.
void append_base64(std::string& to, std::string_view bytes);
std::string encode_base64(std::string_view bytes);

// Errc::malformed where the text is not exactly what encoding some bytes gives: a foreign character, a length that is
// not a multiple of four, padding in a wrong place, or bits that are left over and not zero. `to` is then as it was.
core::Result<void> append_decoded_base64(std::string& to, std::string_view text);
core::Result<std::string> decode_base64(std::string_view text);

}  // namespace switchhook::audio
