#pragma once

#include "script/flow_tester.hpp"
#include "script/golden_files.hpp"
#include "script/recorded_run.hpp"

#include <memory>
#include <string>
#include <vector>

struct lua_State;

namespace switchhook::script {

// What scripts/test.lua asks of the engine: to run flows, and what Lua cannot know by itself. As a table of functions:
//
//   flow(name)                       → {on_call =, on_message =, on_call_ended =} (booleans), or nil and what to do
//   start(flow, handler, info)       → a run's number and its first step; info has CallInfo's fields, started in ms
//   start_again(run, handler, info)  → the first step of another handler of the same run
//   resume(run, value, reason, error, time)  → the next step; time in ms
//   rebuild(run)                     → nothing, where the run came to the same place from its own answers; else a
//   sentence time(year, month, day, hour, minute, second, zone, second_of_two)  → ms since 1970-01-01 UTC, or nil and
//   what to do twiml(asks, number, step, call)  → the text of a carrier's document, or nil and why there is none
//   golden(name), write_golden(name, text), updates_golden()
//   seed()                           → what makes the calls' names differ from those of another run
//   json(value)                      → the value as JSON text
//   where()                          → the author's line that is being run, or nil
//   did_you_mean(word, list)         → what to write instead
//
// A step is {state = "asks", kind =, options =, where =}, {state = "finished", value =} or
// {state = "failed", where =, what =, limit =}.
class TestHost {
public:
    // `folder` is that of the test file, relative to options.root.
    TestHost(std::shared_ptr<const Flow> flow, FlowTester::FindFlow find, const FlowTester::Options& options,
             const std::filesystem::path& folder);

    // Pushes the table. The host must outlive the state. May raise a memory error.
    void push(lua_State* L);

    // Ends the runs of one test and gives what they recorded.
    std::vector<Recording> take_recordings();

private:
    template <int (TestHost::*method)(lua_State*)>
    static int call(lua_State* L);

    int flow(lua_State* L);
    int start(lua_State* L);
    int start_again(lua_State* L);
    int resume(lua_State* L);
    int rebuild(lua_State* L);
    int time(lua_State* L);
    int twiml(lua_State* L);
    int golden(lua_State* L);
    int write_golden(lua_State* L);
    int updates_golden(lua_State* L);
    int seed(lua_State* L);
    int json(lua_State* L);
    int where(lua_State* L);
    int did_you_mean(lua_State* L);

    std::shared_ptr<const Flow> find_flow(const std::string& name) const;
    core::CallInfo call_info(lua_State* L, int index, const Flow& flow) const;

    std::shared_ptr<const Flow> flow_;
    FlowTester::FindFlow find_;
    FlowTester::Options options_;
    GoldenFiles golden_;
    std::vector<RecordedRun> runs_;  // of the test that runs
};

}  // namespace switchhook::script
