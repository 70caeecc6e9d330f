#pragma once

#include "sim/params.hpp"

#include <string>
#include <string_view>

namespace switchhook::sim {

// What a voice webhook tells of its call.
struct CallFacts {
    std::string sid;
    std::string account_sid;
    std::string from;
    std::string to;
    std::string direction = "inbound";  // inbound, outbound-api, outbound-dial
};

// The parameters that every voice webhook of a call carries, the geographic ones included.
Params call_params(const CallFacts& call, std::string_view status);

// The base set with a step's own parameters; where both have a key, the step's value stands.
Params merge(Params base, const Params& step);

// application/x-www-form-urlencoded.
std::string encode(const Params& params);

}  // namespace switchhook::sim
