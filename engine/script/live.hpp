#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"
#include "script/flow.hpp"
#include "script/numbers.hpp"

#include <memory>
#include <string>

namespace switchhook::script {

// What answers a number now. `settings` are the flow's with the number's own laid over them.
struct Live {
    std::shared_ptr<const Flow> flow;
    NumberEntry entry;
    core::Json settings;
    core::Time since{};
};

// What `switchhook flows` shows of one number.
struct NumberStatus {
    NumberEntry entry;
    std::string version;  // empty if no version ever went live
    core::Time since{};
    // The problems of the flow's last change and of numbers.lua's, one a line.
    std::string error;
    std::string candidate;  // the version on trial; empty: none
    unsigned percent = 0;   // of the callers who get it
    std::string note;       // why good files are not what is live; empty where they are
};

// The same of one flow, with or without a number.
struct FlowStatus {
    std::string name;
    std::string version;
    core::Time since{};
    std::string error;
    std::string candidate;
    unsigned percent = 0;
    std::string note;
};

}  // namespace switchhook::script
