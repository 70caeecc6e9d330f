#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "script/bundle_reader.hpp"
#include "script/flow_choices.hpp"
#include "script/flow_library.hpp"
#include "script/flow_snapshot.hpp"
#include "script/kept_numbers.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchhook::script {

// Takes what has changed in the flows folder, step by step: reads it, compiles it, runs its tests, and then puts it
// live or keeps the last good version. numbers.lua comes last, since it is checked against the flows.
//
// Not thread-safe. run() goes where Lua may run: on a thread that a Watchdog watches.
class FlowRefresh {
public:
    static constexpr const char* numbers_file = "numbers.lua";

    // `clock`, `log` and `metrics` outlive it.
    FlowRefresh(FlowLibrary::Options options, const core::Clock& clock, core::Log& log, core::Metrics& metrics);

    struct Outcome {
        Problems problems;    // of what was looked at
        bool looked = false;  // at anything: if not, loaded() is as it was
    };
    // Looks at the businesses of these names, and at numbers.lua.
    Outcome run(const std::set<std::string>& names);
    // Takes over what others have chosen. True if anything has changed.
    bool follow();

    // The businesses that a change to these paths may concern.
    std::set<std::string> concerned(const std::set<std::filesystem::path>& changed) const;
    // Every business, on disk or loaded.
    std::set<std::string> all() const;

    const LoadedFlows& loaded() const { return loaded_; }

private:
    using SteadyClock = std::chrono::steady_clock;

    // A business whose content has changed, on its way to go live or not.
    struct Candidate {
        std::string name;
        Reading reading;
        std::string seen;
        std::shared_ptr<const Flow> flow;  // null if there are problems
        Problems problems;
        CodeProblems remarks;
        std::size_t tests = 0;
        SteadyClock::duration took{};
    };

    std::vector<Candidate> read(const std::set<std::string>& names);
    void compile(Candidate& candidate);
    void test(Candidate& candidate, const std::vector<Candidate>& others);
    void settle(Candidate& candidate);
    std::optional<Problems> refresh_numbers(bool flows_changed);
    void keep_or_restore(const Source* source, const NumbersContext& context, const Problems& problems);
    void hold_back(Numbers& candidate);
    void take_numbers(std::map<std::string, NumberEntry> now, bool tell, SteadyClock::duration took);
    void drop_unused();
    bool read_settings();

    const FlowLibrary::Options options_;
    const core::Clock& clock_;
    core::Log& log_;
    core::Metrics& metrics_;
    const BundleReader reader_;

    LoadedFlows loaded_;
    FlowChoices choices_;
    std::string numbers_seen_;  // stands for the content last tried
    const KeptNumbers kept_numbers_;
    bool at_start_ = true;  // no numbers.lua has been looked at yet
};

}  // namespace switchhook::script
