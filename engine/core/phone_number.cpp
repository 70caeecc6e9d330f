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

std::string mask_phone_numbers(std::string text) {
    if (text.find('+') == std::string::npos) return text;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto end = i + 1;
        while (text[i] == '+' && end < text.size() && is_digit(text[end])) ++end;
        auto run = std::string_view(text).substr(i, end - i);
        out += is_e164(run) ? mask_phone_number(run) : std::string(run);
        i = end;
    }
    return out;
}

}  // namespace switchhook::core
