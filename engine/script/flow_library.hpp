#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "script/flow.hpp"
#include "script/limits.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// A line of numbers.lua.
struct NumberEntry {
    std::string number;  // E.164
    std::string flow;
    std::string provider = "twilio";
    std::string account;
    core::Json settings = core::Json::object();
    int line = 0;
};

// What answers a number now. `settings` are the flow's with the number's own laid over them.
struct Live {
    std::shared_ptr<const Flow> flow;
    NumberEntry entry;
    core::Json settings;
};

// What `switchhook flows` shows of one number.
struct NumberStatus {
    NumberEntry entry;
    std::string version;  // empty if no version ever went live
    core::Time since{};
    std::string error;  // the last change's problems, one a line; empty when the files on disk are what is live
};

// The flows folder in memory: which number runs which version.
//
// A change on disk is a candidate. It goes live, per number and atomically, only if it compiles, its checks
// hold and its tests pass; otherwise the last good version keeps answering and the problem is kept for status().
// find() takes no lock and may be called from any thread; everything else is serialised inside.
class FlowLibrary {
public:
    struct Options {
        std::filesystem::path root;  // the flows folder
        Limits limits;
        bool run_tests = true;
    };

    FlowLibrary(Options options, const core::Clock& clock, core::Log& log, core::Metrics& metrics);
    ~FlowLibrary();

    // Reads the folder again and puts live what has changed and is good. Unchanged content (by hash) costs a read
    // and nothing more. Gives the problems found; the first call is the load at start.
    Problems refresh();

    // The same for these paths only (absolute, or relative to the root): a flow's files, numbers.lua, a shared
    // module, which reloads the flows that require it.
    Problems refresh(const std::set<std::filesystem::path>& changed);

    // What answers this number; null for a number that numbers.lua does not name or whose flow never loaded.
    std::shared_ptr<const Live> find(std::string_view number) const;

    std::vector<NumberStatus> status() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace switchhook::script
