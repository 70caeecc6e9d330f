#pragma once

#include <cstddef>
#include <string_view>

namespace switchhook::twilio {

enum class SmsEncoding { gsm7, ucs2 };

// How a text travels as SMS, and so what it costs.
struct SmsParts {
    SmsEncoding encoding;
    std::size_t units;     // septets of GSM-7, or UTF-16 units
    std::size_t segments;  // billed ones; at least 1
};

// Counts as 3GPP TS 23.038 has it, without Twilio's Smart Encoding: 160 septets in a single message or 153 in each of
// several, where every character is in GSM-7's table; else 70 UTF-16 units, or 67. No character is split.
SmsParts count_sms_parts(std::string_view text);

// What a whole message in capital letters or not asks of Twilio's default opt-out handling.
enum class OptOutKeyword {
    none,
    stop,   // STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT: no more texts from this number
    start,  // START UNSTOP YES: texts again
    help,   // HELP INFO
};

// Blanks and line ends around the word do not count.
OptOutKeyword opt_out_keyword(std::string_view text);

}  // namespace switchhook::twilio
