#include "core/trimmed.hpp"

#include <gtest/gtest.h>

using switchhook::core::trimmed;

TEST(Trimmed, TakesBlanksAwayAtBothEnds) {
    EXPECT_EQ(trimmed(" \t a b \r\n"), "a b");
    EXPECT_EQ(trimmed("a"), "a");
    EXPECT_EQ(trimmed(" \r\n"), "");
    EXPECT_EQ(trimmed(""), "");
}
