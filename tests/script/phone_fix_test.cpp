#include "script/phone_fix.hpp"

#include <gtest/gtest.h>

namespace switchhook::script {
namespace {

constexpr const char* how = "write + and the country code first, then digits only: \"+15550100\"";

TEST(PhoneFix, TakesAwayWhatIsNoDigit) {
    EXPECT_EQ(phone_fix("+1 (202) 555-0142"), "did you mean \"+12025550142\"?");
    EXPECT_EQ(phone_fix("1-202-555-0142"), "did you mean \"+12025550142\"?");
    EXPECT_EQ(phone_fix("0034 612 345 678"), "did you mean \"+34612345678\"?");
    EXPECT_EQ(phone_fix("34 612 345 678"), "did you mean \"+34612345678\"?");
}

TEST(PhoneFix, TakesTenDigitsForNorthAmericas) {
    EXPECT_EQ(phone_fix("(202) 555-0142"), "did you mean \"+12025550142\"?");
}

TEST(PhoneFix, GuessesNoCountryOrAreaCode) {
    EXPECT_EQ(phone_fix("555-0142"), how);
    EXPECT_EQ(phone_fix("612 345 678"), how);
    EXPECT_EQ(phone_fix("030 1234 5678"), how);
    EXPECT_EQ(phone_fix("front"), how);
    EXPECT_EQ(phone_fix(""), how);
}

}  // namespace
}  // namespace switchhook::script
