#include "core/ask.hpp"

#include <gtest/gtest.h>

using namespace switchhook::core;

TEST(AskDigest, IsTheSameForTheSameAskWhateverTheOrderOfItsOptions) {
    Ask one{"gather", {{"digits", 1}, {"say", "Press 1."}}, "flow.lua:3"};
    Ask two{"gather", {{"say", "Press 1."}, {"digits", 1}}, "flow.lua:9"};
    EXPECT_EQ(one.digest(), two.digest());
}

TEST(AskDigest, DiffersWhenTheKindOrAnOptionDiffers) {
    Ask ask{"say", {{"text", "Hello"}}, ""};
    EXPECT_NE(ask.digest(), (Ask{"play", {{"text", "Hello"}}, ""}.digest()));
    EXPECT_NE(ask.digest(), (Ask{"say", {{"text", "Hullo"}}, ""}.digest()));
}

TEST(AskDigest, NeverChangesBetweenReleases) {
    EXPECT_EQ((Ask{"say", {{"text", "Hello"}}, ""}.digest()), "eb16abbaa48a1c25");
}

TEST(Answer, SurvivesTheJournal) {
    auto at = Time(std::chrono::milliseconds(1772490600125));
    auto value = answer_from_json(to_json(Answer::of({{"digits", "1"}}, at)));
    EXPECT_EQ(value.value, Json({{"digits", "1"}}));
    EXPECT_EQ(value.time, at);
    EXPECT_EQ(answer_from_json(to_json(Answer::nothing("timeout", at))).reason, "timeout");
    EXPECT_EQ(answer_from_json(to_json(Answer::raise("no such queue", at))).error, "no such queue");
}
