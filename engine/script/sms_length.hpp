#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// How a text goes over the air (3GPP TS 23.038 and 23.040): in GSM-7 where all its characters are in that alphabet, 160
// in one message or 153 in each of several; else in UCS-2, 70 or 67.
struct SmsLength {
    bool gsm7 = true;
    std::size_t messages = 1;
    std::vector<std::string> outside;  // the characters that GSM-7 does not have, each once

    // How many messages it would be without those.
    std::size_t messages_without = 1;
};

// REQUIRES: the text is UTF-8; other bytes count as characters outside of GSM-7.
SmsLength sms_length(std::string_view text);

// What to write in place of a character outside of GSM-7, as `'` for a typographic apostrophe; empty where nothing
// means the same.
std::string in_gsm7(std::string_view character);

}  // namespace switchhook::script
