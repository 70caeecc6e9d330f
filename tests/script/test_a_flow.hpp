#pragma once

#include "script/flow_tester.hpp"
#include "script/watchdog.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace switchhook::script {

// Tests that run flow tests. Flows are "lexi", their tests lie in lexi/flow_test.lua.
class FlowTests : public testing::Test {
protected:
    static std::shared_ptr<const Flow> compile(const std::string& text, const std::string& name = "lexi") {
        auto made = Flow::compile({name, {name + "/flow.lua", text}, {}}, Limits{});
        if (auto* flow = std::get_if<std::shared_ptr<const Flow>>(&made)) return *flow;
        for (auto& problem : std::get<Problems>(made)) ADD_FAILURE() << problem.text();
        return nullptr;
    }

    static std::vector<TestResult> run(const std::string& flow, const std::string& tests,
                                       const FlowTester::Options& options = {}) {
        return FlowTester::run({"lexi/flow_test.lua", tests}, compile(flow), options);
    }

    // The failure of one test with these lines, the first of which is line 3; empty if it passes.
    static std::string failure(const std::string& flow, const std::string& body, const std::string& options = "") {
        auto results = run(flow, "local it = test.flow(\"lexi\")\nit(\"calls\", " + options + "function(caller)\n" +
                                     body + "\nend)\n");
        if (results.size() != 1) return std::to_string(results.size()) + " results";
        return results[0].failure;
    }

    // The same for a flow whose on_call has these lines, the first of which is line 2 of lexi/flow.lua.
    static std::string call_failure(const std::string& on_call, const std::string& body) {
        return failure("return { on_call = function(call)\n" + on_call + "\nend }", body);
    }

    Watchdog watchdog_;
    Watchdog::Registration registration_{watchdog_};
};

}  // namespace switchhook::script
