#include "app/evaluation_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::app;
using switchhook::script::EvaluationResult;
using Outcome = EvaluationResult::Outcome;
using testing::HasSubstr;
using testing::Not;

namespace {

PlayedRun run(Outcome outcome, const std::string& why = "") {
    return {{outcome, why, "   0:00  caller says \"Hi\"" + (why.empty() ? "" : "\n>  0:05  " + why)},
            {{"gpt-6-luna", {.input = 1000, .cached = 400, .output = 200}}}};
}

PlayedEvaluation played(double at_least, std::vector<PlayedRun> runs) {
    return {{"books a table", "bistro/flow_eval.lua:2", at_least}, std::move(runs)};
}

const ModelPrices prices = ModelPrices::of_openai();

}  // namespace

TEST(PlayedEvaluation, NeedsItsShareOfTheRuns) {
    const auto passed = run(Outcome::passed), failed = run(Outcome::failed, "no"), broken = run(Outcome::broken, "no");
    EXPECT_TRUE(played(1, {passed, passed}).holds());
    EXPECT_FALSE(played(1, {passed, failed}).holds());
    EXPECT_TRUE(played(0.5, {passed, failed}).holds());
    EXPECT_FALSE(played(0.5, {passed, failed, failed}).holds()) << "half of three are two";
    EXPECT_FALSE(played(0.5, {passed, broken, broken}).holds()) << "what says nothing is no pass";
    EXPECT_EQ(played(0.7, std::vector<PlayedRun>(10, passed)).needed(), 7U);
    EXPECT_TRUE(played(0, {failed}).holds());
}

TEST(EvaluationReport, TellsWhatARunTookAndWhyItDidNotPass) {
    EXPECT_EQ(report(played(1, {run(Outcome::passed)}), prices),
              "  ✓ books a table  1 of 1 run  (1000 tokens in (400 cached), 200 out, $0.0002)\n");
    EXPECT_EQ(report(played(1, {run(Outcome::passed), run(Outcome::failed, "the flow hung up"),
                                run(Outcome::broken, "no verdict")}),
                     prices),
              "  ✗ books a table  1 of 3 runs, needed 3  (3000 tokens in (1200 cached), 600 out, $0.0005)\n"
              "      run 2 failed: the flow hung up\n"
              "         0:00  caller says \"Hi\"\n"
              "      >  0:05  the flow hung up\n"
              "      run 3 broke off: no verdict\n"
              "         0:00  caller says \"Hi\"\n"
              "      >  0:05  no verdict\n");
    EXPECT_THAT(report(played(0.5, {run(Outcome::passed), run(Outcome::failed, "no")}), prices),
                HasSubstr("run 2 failed: no"))
        << "a failure is told where the evaluation holds, too";
}

TEST(EvaluationReport, ShowsWhatWasSaidWhereAllWentWellOnRequest) {
    EXPECT_EQ(report(played(1, {run(Outcome::passed)}), prices, {.transcripts = true}),
              "  ✓ books a table  1 of 1 run  (1000 tokens in (400 cached), 200 out, $0.0002)\n"
              "      run 1 passed\n"
              "         0:00  caller says \"Hi\"\n");
}

TEST(EvaluationReport, IsColouredForTerminals) {
    auto text = report(played(1, {run(Outcome::failed, "no")}), prices, {.colour = true});
    EXPECT_THAT(text, HasSubstr("\x1b[31m✗\x1b[0m books a table"));
    EXPECT_THAT(text, HasSubstr("\x1b[31m>  0:05  no\x1b[0m"));
}

TEST(EvaluationSummary, CountsAndSaysWhatEachModelCosts) {
    auto cheap = run(Outcome::passed);
    cheap.tokens = {{"gpt-6-luna", {.input = 10, .output = 1}}};
    EXPECT_EQ(summary({played(1, {cheap}), played(1, {run(Outcome::failed, "no")})}, prices, "OpenAI's prices"),
              "1 passed, 1 failed\n"
              "gpt-6-luna: 1010 tokens in (400 cached), 201 out: $0.0002\n"
              "cost: $0.0002 by OpenAI's prices\n");
    EXPECT_THAT(summary({played(1, {cheap})}, prices, ""), HasSubstr("cost: under $0.0001\n"));
}

TEST(EvaluationSummary, MakesUpNoPrice) {
    auto other = run(Outcome::passed);
    other.tokens["gpt-of-tomorrow"] = {.input = 70, .output = 7};
    const auto text = summary({played(1, {other})}, prices, "OpenAI's prices");
    EXPECT_THAT(text, HasSubstr("gpt-of-tomorrow: 70 tokens in, 7 out: no price is known; --price "
                                "gpt-of-tomorrow=IN/OUT says it, in USD per million tokens\n"));
    EXPECT_THAT(text, HasSubstr("gpt-6-luna: 1000 tokens in (400 cached), 200 out: $0.0002\n"));
    EXPECT_THAT(text, Not(HasSubstr("cost:")));
    EXPECT_THAT(report(played(1, {other}), prices), HasSubstr("(1070 tokens in (400 cached), 207 out)\n"));
}
