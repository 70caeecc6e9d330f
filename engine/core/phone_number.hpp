#pragma once

#include <string>
#include <string_view>

namespace switchhook::core {

// True for E.164: '+', then 7 to 15 digits, the first not 0.
bool is_e164(std::string_view text);

// The last four digits behind '…'; what has fewer than seven digits is not a phone number and stays.
std::string mask_phone_number(std::string_view text);

// A text in which every "+" that 7 to 15 digits follow is masked like that.
std::string mask_phone_numbers(std::string text);

}  // namespace switchhook::core
