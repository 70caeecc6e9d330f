#pragma once

#include "core/json.hpp"

#include <string>
#include <variant>

namespace switchhook::script {

// A week's opening hours as a flow gets them, {monday: "9:00-12:00, 14:00-17:00"}, and as people type them,
// "mon-fri 9:00-12:00, 14:00-17:00; sat closed". Spans are as the module hours reads them.

// The week that a text says, or, as a text, the part of it that is not understood.
std::variant<core::Json, std::string> week_of(const std::string& text);
std::string text_of_week(const core::Json& week);

// The part of a week that is not understood; empty if all of it is.
std::string fault_of_week(const core::Json& week);

}  // namespace switchhook::script
