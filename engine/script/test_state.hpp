#pragma once

#include "script/flow_tester.hpp"
#include "script/memory.hpp"
#include "script/sandbox.hpp"
#include "script/test_host.hpp"

#include <optional>
#include <string>
#include <vector>

namespace switchhook::script {

// A Lua state with one flow_test.lua in it: sandboxed as flows are, under limits that a file of tests needs.
// Runs on a thread that a Watchdog watches.
class TestState {
public:
    // One `it` of the file.
    struct Test {
        std::string name;
        std::string where;
    };

    // What a file of tests may use: CPU time per test, bytes for all of them.
    static constexpr std::chrono::milliseconds cpu_per_test{1000};
    static constexpr std::size_t memory_bytes = 64 << 20;

    TestState(const Source& test, std::shared_ptr<const Flow> flow, const FlowTester::Options& options,
              FlowTester::FindFlow find);

    // Runs the file, which registers its tests. Gives what is wrong with it, if anything.
    std::optional<std::string> load();

    const std::vector<Test>& tests() const { return tests_; }

    // Runs one test, and replays it if it passes. REQUIRES: load succeeded.
    TestResult run(std::size_t index);

private:
    static int open(lua_State* L);
    static int require(lua_State* L);
    static int load_file(lua_State* L);
    static int list_tests(lua_State* L);
    static int run_test(lua_State* L);
    static int push_transcript(lua_State* L);

    std::optional<std::string> protect(int (*function)(lua_State*));
    void load_source(lua_State* L, const Source& source);

    const Source& test_;
    std::shared_ptr<const Flow> flow_;
    Limits limits_;
    TestHost host_;
    MemoryCap memory_;
    lua_State* L_;

    std::vector<Test> tests_;
    std::string text_;       // what a protected function takes and gives
    std::size_t index_ = 0;  // of the test that runs, from 1
};

}  // namespace switchhook::script
