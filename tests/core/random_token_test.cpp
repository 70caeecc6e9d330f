#include "core/random_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using switchhook::core::random_token;
using testing::MatchesRegex;

TEST(RandomToken, IsHexOfThatManyBytes) {
    EXPECT_EQ(random_token(0), "");
    EXPECT_THAT(random_token(1), MatchesRegex("[0-9a-f]{2}"));
    EXPECT_THAT(random_token(32), MatchesRegex("[0-9a-f]{64}"));
}

TEST(RandomToken, IsAnotherOneEachTime) {
    EXPECT_NE(random_token(16), random_token(16));
}
