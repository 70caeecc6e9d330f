#include "core/phone_number.hpp"

#include <algorithm>

namespace switchhook::core {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_e164(std::string_view text) {
    if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
    return std::all_of(text.begin() + 1, text.end(), is_digit);
}

std::string mask_phone_number(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
    if (digits.size() < 7) return std::string(text);
    return "…" + digits.substr(digits.size() - 4);
}

}  // namespace switchhook::core
