#pragma once

#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "core/settings.hpp"
#include "core/versions.hpp"
#include "script/change_collector.hpp"
#include "script/code_problem.hpp"
#include "script/flow.hpp"
#include "script/flow_tester.hpp"
#include "script/limits.hpp"
#include "script/live.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// The flows folder in memory: which number runs which version.
//
// A change on disk is a candidate. It goes live, per number and atomically, only if it compiles, its checks
// hold and its tests pass; otherwise the last good version keeps answering and the problem is kept for status().
// A mistake in numbers.lua holds back the numbers that it is about, and no others; meanwhile none is taken away.
// What is deleted counts as a mistake too: the numbers of a flow whose folder is gone keep its last good version,
// with an error, until numbers.lua names another flow for them or the engine starts anew.
//
// Where versions are kept in a store, others may choose too, and a flow needs no folder here: FlowChoices has the
// rules.
//
// find() and flow() may be called from any thread and wait for nobody; everything else is serialised inside.
// Lua runs on a thread of the library's own, so the caller's needs no Watchdog.
class FlowLibrary {
public:
    // FlowTester::run, or a stand-in for it.
    using RunTests = std::function<std::vector<TestResult>(const Source& test, std::shared_ptr<const Flow> flow,
                                                           const FlowTester::Options&, const FlowTester::FindFlow&)>;
    struct Options {
        std::filesystem::path root;  // the flows folder
        Limits limits;
        RunTests run_tests = FlowTester::run;  // empty: flows go live untested
        RenderDocument render;                 // for tests that compare what the carrier is sent
        std::vector<std::string> providers = {"twilio"};
        // Where versions are kept before they go live, and chosen for all who share it; outlives the library. Null:
        // nothing is kept, and what is found in the files is live.
        core::Versions* versions = nullptr;
        // Where the last good numbers.lua is kept for the next start; empty: nowhere.
        std::filesystem::path kept_numbers = {};
        // What operators have set for numbers, laid over numbers.lua; outlives the library. Null: nothing.
        core::Settings* settings = nullptr;
    };

    FlowLibrary(Options options, const core::Clock& clock, core::Log& log, core::Metrics& metrics);
    ~FlowLibrary();

    // Reads the folder again and puts live what has changed and is good. Unchanged content (by hash) costs a read
    // and nothing more. Gives the problems found; the first call is the load at start.
    Problems refresh();

    // The same for these files and folders only, relative to the root: a flow's files, numbers.lua, a shared module,
    // which reloads the flows that require it. numbers.lua is always looked at.
    Problems refresh(const std::set<std::filesystem::path>& changed);

    // As a FlowWatcher gives them.
    Problems reload(const Changes& changes) { return changes.everything ? refresh() : refresh(changes.paths); }

    // Takes over what has been chosen and set in the store since: by other engines, by operators.
    void follow();

    // What answers this caller of a number: the live version, or the candidate where the caller is in its trial. Null
    // for a number that numbers.lua does not name or whose flow never loaded.
    std::shared_ptr<const Live> find(std::string_view number, std::string_view caller = {}) const;

    // The live version of a flow by the name of its folder; null if there is none.
    std::shared_ptr<const Flow> flow(std::string_view name) const;

    // As of the last refresh. By number, by name.
    std::vector<NumberStatus> status() const;
    std::vector<FlowStatus> flows() const;

    // The problems, as of the last refresh, of what `paths` name, each relative to the root: a flow's folder or file, a
    // shared module (its flows), numbers.lua.
    Problems problems(const std::set<std::filesystem::path>& paths) const;

    // What numbers.lua says, as far as it can be read, where these flows are known besides those that have a folder.
    static Numbers numbers(const Options& options, const std::set<std::string>& flows);

    // All that is wrong in the flows of a folder.
    struct Checked {
        Problems problems;     // what keeps something from going live
        CodeProblems remarks;  // what does not, by the rules of script/code_rules.hpp
    };
    // Loads the folder as an engine at start would, and serves nothing. Gives what is wrong in what `paths` name; none
    // names everything.
    static Checked check(Options options, const std::set<std::filesystem::path>& paths = {});

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace switchhook::script
