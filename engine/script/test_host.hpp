#pragma once

#include "script/flow_tester.hpp"
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
//   time(year, month, day, hour, minute, second, zone)  → ms since 1970-01-01 UTC, or nil and what to do
//   json(value)                      → the value as JSON text
//   where()                          → the author's line that is being run, or nil
//   did_you_mean(word, list)         → what to write instead
//
// A step is {state = "asks", kind =, options =, where =}, {state = "finished", value =} or
// {state = "failed", where =, what =}.
class TestHost {
public:
    TestHost(std::shared_ptr<const Flow> flow, FlowTester::FindFlow find, const Limits& limits);

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
    int time(lua_State* L);
    int json(lua_State* L);
    int where(lua_State* L);
    int did_you_mean(lua_State* L);

    std::shared_ptr<const Flow> find_flow(const std::string& name) const;
    core::CallInfo call_info(lua_State* L, int index, const Flow& flow) const;

    std::shared_ptr<const Flow> flow_;
    FlowTester::FindFlow find_;
    Limits limits_;
    std::vector<RecordedRun> runs_;  // of the test that runs
};

}  // namespace switchhook::script
