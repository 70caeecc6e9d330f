#pragma once

#include "script/flow.hpp"
#include "script/limits.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::script {

struct TestResult {
    std::string name;
    std::string where;       // the test's own line: "lexi/flow_test.lua:5"
    std::string failure;     // empty if it passed; else "lexi/flow_test.lua:9: expected the caller to hear …"
    std::string transcript;  // the call up to the failure, a line per event
    std::chrono::microseconds took{};
};

// Runs a business's flow_test.lua against a version of its flow: no socket, no carrier, no clock but the test's own.
// Each test that passes is replayed from its own answers, and fails if any step comes out differently.
// Runs on a thread that a Watchdog watches (script/watchdog.hpp), and may be run any number of times.
class FlowTester {
public:
    struct Options {
        std::string filter;  // a part of a test's name, in any case; empty runs all
        Limits limits;
    };
    // Finds another business's live flow by name, for tests that span several.
    using FindFlow = std::function<std::shared_ptr<const Flow>(const std::string& name)>;

    // The results in the file's order. A file that does not load gives one failed result, named "loads".
    static std::vector<TestResult> run(const Source& test, std::shared_ptr<const Flow> flow, const Options& options,
                                       const FindFlow& find = {});
};

}  // namespace switchhook::script
