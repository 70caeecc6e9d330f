#pragma once

#include "twiml/schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchhook::twiml {

// What is wrong with a value, as the end of a sentence: "must be true or false, not "yes"". Nothing if it is good.
std::optional<std::string> wrong_value(const Attribute& attribute, std::string_view value);

}  // namespace switchhook::twiml
