#include "script/phone_fix.hpp"

#include "core/phone_number.hpp"

#include <algorithm>
#include <iterator>

namespace switchhook::script {

std::string phone_fix(const std::string& number) {
    std::string digits;
    std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    if (!number.starts_with('+') && digits.substr(0, 2) == "00") digits.erase(0, 2);
    if (core::is_e164("+" + digits)) return "write \"+" + digits + "\" if that is its country code";
    return "write + and the country code first, then digits only: \"+15550100\"";
}

}  // namespace switchhook::script
