#pragma once

#include "core/phone_number.hpp"
#include "script/phone_fix.hpp"

#include <string>

namespace switchhook::app {

// For CLI11's check(): what is wrong with a number that is not in E.164, and what was probably meant; empty if it is.
inline std::string check_phone_number(const std::string& text) {
    if (core::is_e164(text)) return {};
    return text + " is no phone number in E.164: " + script::phone_fix(text);
}

}  // namespace switchhook::app
