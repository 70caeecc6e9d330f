#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"

#include <string>

namespace switchhook::core {

// What is known of a call (or of a text message) when its flow starts.
struct CallInfo {
    std::string id;                     // the carrier's name for it: CallSid, MessageSid. Also the seed of math.random
    std::string from;                   // E.164, or the carrier's word for a hidden caller ("anonymous")
    std::string to;                     // E.164: the business's number
    std::string provider;               // "twilio"
    std::string account;                // the carrier's account: AccountSid
    std::string direction = "inbound";  // inbound, outbound
    Json settings = Json::object();     // the flow's settings with the number's own laid over them
    Json caller = Json::object();       // {name, city, state, zip, country}, each only where known
    Json message = Json::object();      // of a text: {body, media = [{url, type}]}
    Json summary = Json::object();      // for on_call_ended: {status, seconds, transcript, recordings, …}
    Time started{};
};

// A call's info in the form in which it is kept; what is only known at the end is not in it.
Json to_json(const CallInfo& info);
CallInfo call_info_from_json(const Json& json);

}  // namespace switchhook::core
