#pragma once

#include "session/kept_call.hpp"

#include <string>

namespace switchhook::app {

// A past call in the words of a flow test.
struct WrittenTest {
    std::string text;     // flow_test.lua
    std::string problem;  // why it does not pass on the version that the call ran on; empty if it does
    std::string breaks;   // where the flow broke on the call: the test passes once that is mended; empty: it did not
};

// Writes the test and runs it. With `masked`, made-up data stands for what tells who somebody is; secrets never stand
// there. What is expected is what the flow does with that data. An expectation that depends on what no test can know,
// as how long the call took, is left out.
// REQUIRES: on a thread that a Watchdog watches (script/watchdog.hpp).
WrittenTest write_flow_test(const session::KeptCall& call, bool masked);

}  // namespace switchhook::app
