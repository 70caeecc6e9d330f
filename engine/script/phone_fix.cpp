#include "script/phone_fix.hpp"

#include "core/phone_number.hpp"

#include <algorithm>
#include <iterator>

namespace switchhook::script {
namespace {

constexpr std::size_t national_digits = 10;  // in North America, as most who leave the country code out write it

// With its country code; empty where there seems to be none.
std::string international(const std::string& number) {
    std::string digits;
    std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    if (number.starts_with('+')) return "+" + digits;
    if (digits.starts_with("00")) return "+" + digits.substr(2);
    if (digits.starts_with('0')) return {};  // as it is dialled within a country
    if (digits.starts_with('1') || digits.size() > national_digits) return "+" + digits;
    return digits.size() == national_digits ? "+1" + digits : std::string();
}

}  // namespace

std::string phone_fix(const std::string& number) {
    auto meant = international(number);
    if (core::is_e164(meant)) return "did you mean \"" + meant + "\"?";
    return "write + and the country code first, then digits only: \"+15550100\"";
}

}  // namespace switchhook::script
