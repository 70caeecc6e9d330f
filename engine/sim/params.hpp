#pragma once

#include <string>
#include <utility>
#include <vector>

namespace switchhook::sim {

// Webhook parameters, in the order in which they are sent, not encoded.
using Params = std::vector<std::pair<std::string, std::string>>;

}  // namespace switchhook::sim
