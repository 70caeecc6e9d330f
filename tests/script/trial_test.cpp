#include "script/trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::string caller(int n) {
    return "+1555" + std::to_string(1'000'000 + n);
}

}  // namespace

TEST(Trial, TakesItsShareOfTheCallers) {
    for (unsigned percent : {1U, 10U, 50U, 90U}) {
        int included = 0;
        for (int n = 0; n < 20'000; ++n) included += Trial{percent}.includes("lexi", caller(n));
        EXPECT_NEAR(included, 200 * int(percent), 150) << percent;
    }
}

TEST(Trial, TakesNobodyOrEverybody) {
    for (int n = 0; n < 1'000; ++n) {
        EXPECT_FALSE(Trial{0}.includes("lexi", caller(n)));
        EXPECT_TRUE(Trial{100}.includes("lexi", caller(n)));
    }
}

TEST(Trial, KeepsItsCallersWhenItGrows) {
    for (int n = 0; n < 1'000; ++n)
        EXPECT_LE(Trial{10}.includes("lexi", caller(n)), Trial{20}.includes("lexi", caller(n))) << n;
}

// Every engine, whatever built it, must give a caller the same.
TEST(Trial, DependsOnNothingButTheFlowAndTheCaller) {
    std::string lexi, concya;
    for (int n = 0; n < 40; ++n) {
        lexi += Trial{25}.includes("lexi", caller(n)) ? 'x' : '.';
        concya += Trial{25}.includes("concya", caller(n)) ? 'x' : '.';
    }
    EXPECT_EQ(lexi, ".xxx....xx..x.x.....xx...x....x..x......");
    EXPECT_EQ(concya, "....x.x............x.x.x.x.......x......");
}

TEST(Trial, TakesItsTestCallersInAnyCase) {
    Trial trial{0, {"+15551230147"}};
    EXPECT_TRUE(trial.includes("lexi", "+15551230147"));
    EXPECT_FALSE(trial.includes("lexi", "+15551230148"));
}

TEST(Trial, NeverTakesWhoHidesTheNumber) {
    EXPECT_FALSE(Trial{100}.includes("lexi", "anonymous"));
    EXPECT_FALSE(Trial{100}.includes("lexi", ""));
}

TEST(Trial, FindsTestCallersInAFlowsSettings) {
    EXPECT_THAT(test_callers_of({{"test_callers", {"+15551230147", 5}}}), ElementsAre("+15551230147"));
    EXPECT_THAT(test_callers_of({{"test_callers", "+15551230147"}}), IsEmpty());
    EXPECT_THAT(test_callers_of(core::Json::object()), IsEmpty());
}
