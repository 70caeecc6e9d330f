#pragma once

#include "script/test_lua.hpp"

#include <optional>
#include <string>
#include <vector>

namespace switchhook::script {

// A Lua state with one flow_test.lua in it. Runs on a thread that a Watchdog watches.
class TestState {
public:
    // One `it` of the file.
    struct Test {
        std::string name;
        std::string where;
    };

    TestState(const Source& test, std::shared_ptr<const Flow> flow, const FlowTester::Options& options,
              FlowTester::FindFlow find);

    // Runs the file, which registers its tests. Gives what is wrong with it, if anything.
    std::optional<std::string> load();

    const std::vector<Test>& tests() const { return tests_; }

    // Runs one test, and replays it if it passes. REQUIRES: load succeeded.
    TestResult run(std::size_t index);

private:
    static int list_tests(lua_State* L);
    static int run_test(lua_State* L);
    static int push_transcript(lua_State* L);

    TestLua lua_;
    std::vector<Test> tests_;
    std::string text_;       // what a protected function takes and gives
    std::size_t index_ = 0;  // of the test that runs, from 1
};

}  // namespace switchhook::script
