#pragma once

#include <string>

namespace switchhook::script {

// How a number that is not in E.164 was probably meant: `write "+15550100" if that is its country code`.
std::string phone_fix(const std::string& number);

}  // namespace switchhook::script
