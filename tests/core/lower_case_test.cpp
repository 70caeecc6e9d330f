#include "core/lower_case.hpp"

#include <gtest/gtest.h>

using switchhook::core::lower_case;

TEST(LowerCase, ChangesNothingButTheLettersOfAscii) {
    EXPECT_EQ(lower_case("X-API-Key 9 [\\]"), "x-api-key 9 [\\]");
    EXPECT_EQ(lower_case("ÀÉ Zoë"), "ÀÉ zoë");
}
