#include "script/test_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchhook::script {
namespace {

using std::chrono::microseconds;

std::vector<TestResult> three_results() {
    return {
        {.name = "greets", .where = "lexi/flow_test.lua:3", .took = microseconds(1500)},
        {.name = "books #2 <now>",
         .where = "lexi/flow_test.lua:9",
         .failure = "lexi/flow_test.lua:11: expected the caller to hear \"a & b\", but heard nothing",
         .transcript = "   0:00  flow says \"Hi\"\n>  0:05  expected more",
         .took = microseconds(400)},
        {.name = "rings", .where = "max/flow_test.lua:2", .took = microseconds(2000)},
    };
}

TEST(HumanReport, ShowsEachTestAndEachFailureWithItsCall) {
    EXPECT_EQ(human_report(three_results()),
              "lexi/flow_test.lua\n"
              "  ✓ greets\n"
              "  ✗ books #2 <now>\n"
              "      lexi/flow_test.lua:11: expected the caller to hear \"a & b\", but heard nothing\n"
              "         0:00  flow says \"Hi\"\n"
              "      >  0:05  expected more\n"
              "\n"
              "max/flow_test.lua\n"
              "  ✓ rings\n"
              "\n"
              "2 passed, 1 failed\n");
}

TEST(HumanReport, NamesTheSlowestTestsWhereThereAreMore) {
    EXPECT_THAT(human_report(three_results(), {.slowest = 2}),
                testing::EndsWith("slowest:\n"
                                  "  2.0 ms  rings (max/flow_test.lua:2)\n"
                                  "  1.5 ms  greets (lexi/flow_test.lua:3)\n"
                                  "\n"
                                  "2 passed, 1 failed\n"));
}

TEST(HumanReport, IsColouredOnlyWhenAsked) {
    EXPECT_THAT(human_report(three_results()), testing::Not(testing::HasSubstr("\x1b")));
    auto coloured = human_report(three_results(), {.colour = true});
    EXPECT_THAT(coloured, testing::HasSubstr("\x1b[32m✓\x1b[0m greets"));
    EXPECT_THAT(coloured, testing::HasSubstr("\x1b[31m2 passed, 1 failed\x1b[0m"));
}

TEST(HumanReport, CountsNothingWhereNothingRan) {
    EXPECT_EQ(human_report({}), "0 passed, 0 failed\n");
}

TEST(TapReport, FollowsVersion13) {
    EXPECT_EQ(tap_report(three_results()),
              "TAP version 13\n"
              "1..3\n"
              "ok 1 - greets\n"
              "not ok 2 - books \\#2 <now>\n"
              "  ---\n"
              "  message: |2\n"
              "    lexi/flow_test.lua:11: expected the caller to hear \"a & b\", but heard nothing\n"
              "  transcript: |2\n"
              "       0:00  flow says \"Hi\"\n"
              "    >  0:05  expected more\n"
              "  ...\n"
              "ok 3 - rings\n");
}

TEST(TapReport, HasAPlanEvenIfNothingRan) {
    EXPECT_EQ(tap_report({}), "TAP version 13\n1..0\n");
}

TEST(JunitReport, HasASuiteForEachFile) {
    EXPECT_EQ(junit_report(three_results()), R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1">
  <testsuite name="lexi/flow_test.lua" tests="2" failures="1" time="0.001900">
    <testcase classname="lexi/flow_test.lua" name="greets" file="lexi/flow_test.lua" line="3" time="0.001500"/>
    <testcase classname="lexi/flow_test.lua" name="books #2 &lt;now&gt;" file="lexi/flow_test.lua" line="9" time="0.000400">
      <failure message="lexi/flow_test.lua:11: expected the caller to hear &quot;a &amp; b&quot;, but heard nothing">   0:00  flow says &quot;Hi&quot;&#10;&gt;  0:05  expected more</failure>
    </testcase>
  </testsuite>
  <testsuite name="max/flow_test.lua" tests="1" failures="0" time="0.002000">
    <testcase classname="max/flow_test.lua" name="rings" file="max/flow_test.lua" line="2" time="0.002000"/>
  </testsuite>
</testsuites>
)xml");
}

TEST(JunitReport, LeavesOutWhatXmlCannotHold) {
    std::vector<TestResult> results = {{.name = "a\x01 b\x1b", .where = "lexi/flow_test.lua:1"}};
    EXPECT_THAT(junit_report(results), testing::HasSubstr("name=\"a b\""));
}

}  // namespace
}  // namespace switchhook::script
