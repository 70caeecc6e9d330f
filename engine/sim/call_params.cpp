#include "sim/call_params.hpp"

#include "net/form.hpp"

#include <algorithm>

namespace switchhook::sim {
namespace {

// Where a number is said to be. Twilio leaves these empty where it does not know.
struct Place {
    std::string_view city, state, zip, country;
};

Place place_of(std::string_view number) {
    if (number.starts_with("+1415")) return {"SAN FRANCISCO", "CA", "94105", "US"};
    if (number.starts_with("+1")) return {"", "", "", "US"};
    return {"", "", "", ""};
}

void add_place(Params& params, const std::string& role, const Place& place) {
    params.emplace_back(role + "City", place.city);
    params.emplace_back(role + "State", place.state);
    params.emplace_back(role + "Zip", place.zip);
    params.emplace_back(role + "Country", place.country);
}

}  // namespace

Params call_params(const CallFacts& call, std::string_view status) {
    Params params{{"AccountSid", call.account_sid},    {"ApiVersion", "2010-04-01"}, {"CallSid", call.sid},
                  {"CallStatus", std::string(status)}, {"Called", call.to},          {"Caller", call.from},
                  {"Direction", call.direction},       {"From", call.from},          {"To", call.to}};
    add_place(params, "Called", place_of(call.to));
    add_place(params, "Caller", place_of(call.from));
    add_place(params, "From", place_of(call.from));
    add_place(params, "To", place_of(call.to));
    return params;
}

Params merge(Params base, const Params& step) {
    for (const auto& [key, value] : step) {
        auto same = [&key = key](const auto& param) { return param.first == key; };
        auto found = std::find_if(base.begin(), base.end(), same);
        if (found == base.end())
            base.emplace_back(key, value);
        else
            found->second = value;
    }
    return base;
}

std::string encode(const Params& params) {
    net::Form form;
    for (const auto& [key, value] : params) form.add(key, value);
    return net::encode_form(form);
}

}  // namespace switchhook::sim
