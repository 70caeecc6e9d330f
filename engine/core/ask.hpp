#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace switchhook::core {

// What a flow needs next. engine/README.md lists every kind with its options and its answer.
struct Ask {
    std::string kind;       // the verb: "say", "gather", "http"
    Json options;           // an object, its keys and types already checked
    std::string where;      // the author's line that asked, as "flow.lua:12"
    std::uint32_t seq = 0;  // 1, 2, 3… within the call; 0 until a session has taken it

    // A fingerprint of kind and options: a replayed run must produce the same. 16 hex digits.
    std::string digest() const;
};

// What happened. Exactly one of the three: a value, nothing for a reason, or an error.
struct Answer {
    Json value;          // what the verb gives the flow
    std::string reason;  // set: the verb gives nil and this, as "timeout" or "busy"
    std::string error;   // set: the verb raises this at the author's line
    Time time{};         // when it happened: os.time() in the flow from here on

    static Answer of(Json value, Time time) { return {std::move(value), {}, {}, time}; }
    static Answer nothing(std::string reason, Time time) { return {nullptr, std::move(reason), {}, time}; }
    static Answer raise(std::string error, Time time) { return {nullptr, {}, std::move(error), time}; }
};

// The forms in which answers are journaled.
Json to_json(const Answer& answer);
Answer answer_from_json(const Json& json);

}  // namespace switchhook::core
