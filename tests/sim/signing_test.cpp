#include "sim/signing.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using sim::sign;

namespace {
const core::Secret token("12345");
}

// Published by Twilio (twilio.com/docs/usage/security).
TEST(Signing, MatchesTheExampleOfTwiliosDocumentation) {
    EXPECT_EQ(sign(token, "https://example.com/myapp.php?foo=1&bar=2",
                   {{"To", "+18005551212"},
                    {"From", "+14158675310"},
                    {"Digits", "1234"},
                    {"Caller", "+14158675310"},
                    {"CallSid", "CA1234567890ABCDE"}}),
              "L/OH5YylLD5NRKLltdqwSvS0BnU=");
}

TEST(Signing, SignsTheUrlAloneOfAGet) {
    EXPECT_EQ(sign(token, "https://example.com/v?CallSid=CA1&From=%2B14158675310&Body=hello%20world"),
              "pgAGvxA/5zw/r+iKHdir6XURYq4=");
}

TEST(Signing, CountsARepeatedValueOnce) {
    EXPECT_EQ(
        sign(token, "https://mycompany.com/myapp.php?foo=1&bar=2",
             {{"Sid", "CA123"}, {"SidAccount", "AC123"}, {"Digits", "5678"}, {"Digits", "1234"}, {"Digits", "1234"}}),
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
}

TEST(Signing, CountsTheKeyOfAnEmptyValue) {
    EXPECT_EQ(sign(token, "https://example.com/sms", {{"Body", ""}, {"From", "+14158675310"}, {"NumMedia", "0"}}),
              "QBwTRVEfGWJYqgG0xiVPK+RTlg8=");
}
