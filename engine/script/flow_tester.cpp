#include "script/flow_tester.hpp"

#include "script/test_state.hpp"

#include <algorithm>
#include <cctype>

namespace switchhook::script {
namespace {

bool contains(const std::string& text, const std::string& part) {
    auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

std::vector<TestResult> FlowTester::run(const Source& test, std::shared_ptr<const Flow> flow, const Options& options,
                                        const FindFlow& find) {
    TestState state(test, std::move(flow), options.limits, find);
    if (auto failure = state.load()) return {{.name = "loads", .where = test.path + ":1", .failure = *failure}};
    std::vector<TestResult> results;
    for (std::size_t index = 0; index < state.tests().size(); ++index) {
        if (contains(state.tests()[index].name, options.filter)) results.push_back(state.run(index));
    }
    return results;
}

}  // namespace switchhook::script
