#include "core/phone_number.hpp"

#include <gtest/gtest.h>

using namespace switchhook::core;

TEST(PhoneNumber, IsE164WithAPlusAndSevenToFifteenDigits) {
    EXPECT_TRUE(is_e164("+14158675310"));
    EXPECT_TRUE(is_e164("+2901234"));
    EXPECT_FALSE(is_e164("14158675310"));
    EXPECT_FALSE(is_e164("+04158675310"));
    EXPECT_FALSE(is_e164("+1 415 867 5310"));
    EXPECT_FALSE(is_e164("+1234567890123456"));
    EXPECT_FALSE(is_e164("anonymous"));
}

TEST(PhoneNumber, IsMaskedToItsLastFourDigits) {
    EXPECT_EQ(mask_phone_number("+14158675310"), "…5310");
    EXPECT_EQ(mask_phone_number("(415) 867-5310"), "…5310");
    EXPECT_EQ(mask_phone_number("anonymous"), "anonymous");
}

TEST(PhoneNumber, IsMaskedWhereverItStandsInAText) {
    EXPECT_EQ(mask_phone_numbers("from +14158675310 to +15550199."), "from …5310 to …0199.");
    EXPECT_EQ(mask_phone_numbers("1 + 1 = +2"), "1 + 1 = +2");
}
