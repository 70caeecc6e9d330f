#include "core/shortened.hpp"

#include <gtest/gtest.h>

using switchhook::core::shortened;

TEST(Shortened, LeavesWhatIsShort) {
    EXPECT_EQ(shortened("", 0), "");
    EXPECT_EQ(shortened("naïve", 6), "naïve");
}

TEST(Shortened, CutsBetweenCharacters) {
    EXPECT_EQ(shortened("abcdef", 3), "abc…");
    EXPECT_EQ(shortened("naïve", 4), "naï…");
    EXPECT_EQ(shortened("naïve", 3), "na…") << "ï has two bytes";
    EXPECT_EQ(shortened("😀", 3), "…");
}
