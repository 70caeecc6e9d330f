#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"
#include "script/flow.hpp"
#include "script/limits.hpp"
#include "script/problem.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchhook::script {

// A line of numbers.lua.
struct NumberEntry {
    std::string number;  // E.164
    std::string flow;
    std::string provider = "twilio";
    std::string account;
    core::Json settings = core::Json::object();
    std::set<std::string> test_callers = {};  // E.164: they get the flow's candidate
    int line = 0;
};

// What the entries of numbers.lua are checked against.
struct NumbersContext {
    // Every flow that there is, by name; null for one that never loaded, whose settings nobody knows.
    std::map<std::string, std::shared_ptr<const Flow>> flows;
    std::vector<std::string> providers;
    // What is set in the store, by number; nothing where that is not known.
    std::optional<std::map<std::string, core::Json>> kept = {};
};

struct Numbers {
    std::map<std::string, NumberEntry> entries;  // by number: as far as they can be read
    Problems problems;
    std::map<std::string, Problems> faults;  // the same, by the number that they are about
};

// Runs numbers.lua in the sandbox, where it may compute but ask nothing, and checks what it returns:
//
//     return {
//       ["+15550100"] = "lexi",
//       ["+15550101"] = { flow = "lexi", provider = "twilio", account = "AC…", settings = { front_desk = "+15550109" },
//         test_callers = { "+15551230147" } },
//     }
//
// REQUIRES: a thread on which flows may run (script/watchdog.hpp).
Numbers read_numbers(const Source& source, const NumbersContext& context, const Limits& limits, core::Time now);

}  // namespace switchhook::script
