#pragma once

#include "core/clock.hpp"
#include "core/versions.hpp"
#include "script/code_problem.hpp"
#include "script/live.hpp"
#include "script/problem.hpp"
#include "script/trial.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchhook::script {

// A flow: what of it is live, and what became of the content last seen in its folder, if it has one here.
struct Business {
    std::shared_ptr<const Flow> live;  // chosen.all.live, unless that cannot be loaded
    core::Time since{};
    std::string seen;                     // stands for the content last tried
    std::set<std::string> looked_at;      // by the reader, for that content
    Problems problems;                    // of that content
    CodeProblems remarks;                 // the same: what does not keep it from going live
    std::shared_ptr<const Flow> on_disk;  // the last good content

    core::FlowVersions chosen;                                    // as last known
    bool unkept = false;                                          // `chosen` is not in the store yet
    core::FlowVersions loaded;                                    // what `versions` is for
    std::map<std::string, std::shared_ptr<const Flow>> versions;  // all that are chosen for anybody
    Problems load_problems;                                       // of those
};

// The flows folder as refreshes have left it.
struct LoadedFlows {
    std::map<std::string, Business> businesses;     // by the name of the folder
    std::map<std::string, NumberEntry> entries;     // by number: the last good ones
    Problems numbers_problems;                      // of numbers.lua as last seen
    std::map<std::string, Problems> held_back;      // by number: why it is left as it was, or not answered
    std::map<std::string, NumberEntry> unanswered;  // by number: those that have never been good
    std::map<std::string, core::Json> settings;     // by number: what is set in the store, as last known
};

// All that is live at one moment. Never changed once published.
struct FlowSnapshot {
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };

    // What answers a number.
    struct Number {
        std::shared_ptr<const Live> live;
        std::shared_ptr<const Live> candidate;  // null: none
        Trial trial;

        const std::shared_ptr<const Live>& answers(std::string_view caller) const {
            return candidate && trial.includes(candidate->entry.flow, caller) ? candidate : live;
        }
    };

    std::unordered_map<std::string, Number, TextHash, std::equal_to<>> numbers;
    std::map<std::string, std::shared_ptr<const Flow>, std::less<>> flows;
    std::vector<NumberStatus> number_status;
    std::vector<FlowStatus> flow_status;
};

// What is live now. Numbers that nothing has happened to since `before` keep their Live.
FlowSnapshot snapshot_of(const LoadedFlows& loaded, const FlowSnapshot& before, core::Time now);

}  // namespace switchhook::script
