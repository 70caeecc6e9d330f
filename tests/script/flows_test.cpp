#include "run_flow.hpp"
#include "script/bundle_reader.hpp"
#include "script/flow_tester.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace switchhook::script;

namespace {

// Runs the flow tests of every business in a folder of the repository, and says what fails.
void expect_tests_to_pass(const std::string& folder, std::size_t at_least) {
    std::size_t passed = 0;
    BundleReader reader(std::filesystem::path(SOURCE_DIR) / folder, Limits{}.source_bytes);
    on_worker([&] {
        for (const auto& business : reader.businesses()) {
            auto reading = reader.read(business);
            for (const auto& problem : reading.problems) ADD_FAILURE() << problem.text();
            ASSERT_TRUE(reading.test) << business << " has no flow_test.lua";
            auto made = Flow::compile(reading.bundle, Limits{});
            if (auto* problems = std::get_if<Problems>(&made)) {
                for (const auto& problem : *problems) ADD_FAILURE() << problem.text();
                continue;
            }
            auto flow = std::get<std::shared_ptr<const Flow>>(made);
            for (const auto& result : FlowTester::run(*reading.test, flow, {})) {
                EXPECT_EQ(result.failure, "") << business << ": " << result.name << "\n" << result.transcript;
                passed += result.failure.empty() ? 1 : 0;
            }
        }
    });
    EXPECT_GE(passed, at_least);
}

}  // namespace

TEST(Flows, PassTheirOwnTests) {
    expect_tests_to_pass("flows", 30);
}

TEST(Flows, OfTheExamplesPassTheirOwnTests) {
    expect_tests_to_pass("examples", 10);
}

TEST(Modules, DoWhatTheirReferenceSays) {
    expect_tests_to_pass("tests/script/modules", 28);
}
