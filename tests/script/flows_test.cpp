#include "run_flow.hpp"
#include "script/bundle_reader.hpp"
#include "script/evaluation_file.hpp"
#include "script/flow_library.hpp"
#include "script/flow_tester.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace switchhook;
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
                // The carrier's room renders TwiML: command_line_test.cpp has the binary compare it.
                if (result.failure.find("TwiML is compared where") != std::string::npos) continue;
                EXPECT_EQ(result.failure, "") << business << ": " << result.name << "\n" << result.transcript;
                passed += result.failure.empty() ? 1 : 0;
            }
        }
    });
    EXPECT_GE(passed, at_least);
}

}  // namespace

TEST(Flows, PassTheirOwnTests) {
    expect_tests_to_pass("flows", 70);
}

TEST(Flows, HaveEvaluationsThatLoad) {
    const FlowLibrary::Options options{.root = std::filesystem::path(SOURCE_DIR) / "flows"};
    for (const auto& problem : check_evaluations(options)) ADD_FAILURE() << problem.text();
    BundleReader reader(options.root, options.limits.source_bytes);
    on_worker([&] {
        auto concya = Flow::compile(reader.read("concya").bundle, Limits{});
        auto file = read_evaluations(options.root, std::get<std::shared_ptr<const Flow>>(concya), Limits{});
        ASSERT_TRUE(file);
        EXPECT_GE(file->evaluations.size(), 3U);
    });
}

TEST(Flows, GoLiveForTheirNumbers) {
    on_worker([] {
        core::ManualClock clock(test_time());
        core::Log log({}, [](std::string_view) {});
        core::Metrics metrics;
        FlowLibrary library({.root = std::filesystem::path(SOURCE_DIR) / "flows"}, clock, log, metrics);
        for (const auto& problem : library.refresh()) ADD_FAILURE() << problem.text();
        auto northwind = library.find("+15550111");
        ASSERT_TRUE(northwind);
        EXPECT_EQ(northwind->flow->name(), "avnz");
        EXPECT_EQ(northwind->settings, core::Json({{"company", "101"}}));
        EXPECT_EQ(library.status().size(), 7U);
    });
}

TEST(Flows, OfTheExamplesPassTheirOwnTests) {
    expect_tests_to_pass("examples", 35);
}

TEST(Flows, OfTheTemplatesPassTheirOwnTests) {
    expect_tests_to_pass("scripts/templates", 39);
}

TEST(Modules, DoWhatTheirReferenceSays) {
    expect_tests_to_pass("tests/script/modules", 181);
}
