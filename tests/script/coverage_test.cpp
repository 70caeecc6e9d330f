#include "script/coverage.hpp"

#include "script/coverage_report.hpp"
#include "script/test_a_flow.hpp"

#include <gmock/gmock.h>

using namespace switchhook::script;
using testing::HasSubstr;

namespace {

constexpr const char* flow_text = R"(local function greet(call)
  call:say("Hello.")
end

return {
  on_call = function(call)
    greet(call)
    local answer = call:gather { say = "Press 1.", digits = 1 }
    if answer and answer.digits == "1" then
      call:say("One.")
    else
      call:say("Nothing.")
    end
    while call.vars.never do
      call:say("Never.")
    end
  end,
  on_call_ended = function(call)
    kv.set("last", call.id or "nobody")
  end,
}
)";

constexpr const char* presses_one = R"(local it = test.flow("lexi")
it("presses 1", function(caller)
  caller:hears("Press 1")
  caller:presses("1")
  caller:hears("One")
  caller:is_hung_up()
end)
)";

class CoverageOfFlows : public FlowTests {
protected:
    std::vector<TestResult> run_counted(const std::string& flow, const std::string& tests) {
        return FlowTester::run({"lexi/flow_test.lua", tests}, coverage_.counted(*compile(flow), Limits{}), {});
    }

    FileCoverage file() { return coverage_by_file(coverage_).at("lexi/flow.lua"); }

    Coverage coverage_;
};

}  // namespace

TEST_F(CoverageOfFlows, CountsTheLinesThatTestsReach) {
    auto results = run_counted(flow_text, presses_one);
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].failure, "");
    const std::map<int, std::uint64_t> lines = {{1, 1},  {2, 1},  {5, 1},  {7, 1},  {8, 1}, {9, 1},
                                                {10, 1}, {12, 0}, {14, 1}, {15, 0}, {19, 1}};
    EXPECT_EQ(file().lines, lines) << "the run and its replay count once";
}

TEST_F(CoverageOfFlows, CountsBothWaysOfADecision) {
    run_counted(flow_text, presses_one);
    auto branches = file().branches;
    ASSERT_EQ(branches.size(), 4U);
    EXPECT_EQ(branches[0].line, 9);  // answer and …
    EXPECT_EQ(branches[0].times_true, 1U);
    EXPECT_EQ(branches[0].times_false, 0U);
    EXPECT_EQ(branches[1].times_true, 1U);
    EXPECT_EQ(branches[2].line, 14);
    EXPECT_EQ(branches[2].times_true, 0U);
    EXPECT_EQ(branches[2].times_false, 1U);
}

TEST_F(CoverageOfFlows, IsToldInATable) {
    run_counted(flow_text, presses_one);
    EXPECT_EQ(coverage_table(coverage_by_file(coverage_)),
              "coverage            lines   branches  not reached\n"
              "lexi/flow.lua  9/11  81 %  4/8  50 %  12, 15; 9 never false, 14 never true, 19 never false\n"
              "all            9/11  81 %  4/8  50 %\n");
}

TEST_F(CoverageOfFlows, IsWrittenForLcov) {
    run_counted(flow_text, presses_one);
    auto text = coverage_lcov(coverage_by_file(coverage_), "flows");
    EXPECT_THAT(text, HasSubstr("TN:\nSF:flows/lexi/flow.lua\nBRDA:9,0,0,1\nBRDA:9,0,1,0\n"));
    EXPECT_THAT(text, HasSubstr("BRF:8\nBRH:4\nDA:1,1\nDA:2,1\n"));
    EXPECT_THAT(text, HasSubstr("DA:12,0\n"));
    EXPECT_THAT(text, HasSubstr("LF:11\nLH:9\nend_of_record\n"));
}

TEST_F(CoverageOfFlows, ListsAFlowThatNothingRan) {
    coverage_.add_untouched(compile(flow_text)->bundle());
    EXPECT_EQ(file().lines_reached(), 0U);
    EXPECT_THAT(coverage_lcov(coverage_by_file(coverage_), "flows"), HasSubstr("BRDA:9,0,0,-\n"));
    EXPECT_THAT(coverage_table(coverage_by_file(coverage_)), HasSubstr("lexi/flow.lua  0/11   0 %  0/8   0 %  "
                                                                       "1-19\n"));
}

// Whatever the author wrote in a line, it says and does the same, and errors tell the same line.
TEST_F(CoverageOfFlows, ChangesNothingThatAFlowDoes) {
    constexpr const char* dense = R"(local a, b = nil, "b" local function pick(x, y) return x or y, 2 end
return { on_call = function(call) local v = (a or b) .. (pick(a and b, "c")) .. tostring(not (a and b) and 1 or 2)
  for i = 1, 3 do if i == 2 then goto on end call:say(v .. i) ::on:: end
  repeat local done = v or pick() until done and #v > 0
  local t = { [a or 2] = function() return a and b or v end, (pick(1)) } call:say(t[2]() or "none")
  local n = nil if v == "bc1" then n.x = 1 end
end }
)";
    auto test = std::string("local it = test.flow(\"lexi\")\nit(\"does\", function(caller)\n") +
                "caller:hears(\"bc11\") caller:hears(\"bc13\")\nend)\n";
    auto plain = run(dense, test);
    auto counted = run_counted(dense, test);
    ASSERT_EQ(plain.size(), 1U);
    ASSERT_EQ(counted.size(), 1U);
    EXPECT_EQ(counted[0].failure, plain[0].failure);
    EXPECT_EQ(counted[0].transcript, plain[0].transcript);
}

TEST_F(CoverageOfFlows, CostsNothingWhereNobodyAsksForIt) {
    auto flow = compile(flow_text);
    FlowTester::run({"lexi/flow_test.lua", presses_one}, flow, {});
    EXPECT_TRUE(coverage_.flows().empty());
    EXPECT_FALSE(CountedCompilation::here());
}
