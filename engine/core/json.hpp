#pragma once

#include <nlohmann/json.hpp>

namespace switchhook::core {

// Object members are kept sorted, so equal values print alike: digests rest on it.
using Json = nlohmann::json;

}  // namespace switchhook::core
