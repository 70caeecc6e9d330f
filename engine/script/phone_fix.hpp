#pragma once

#include <string>

namespace switchhook::script {

// How a number that is not in E.164 was probably meant, as `did you mean "+12025550142"?`; where that cannot be told,
// how numbers are written.
std::string phone_fix(const std::string& number);

}  // namespace switchhook::script
