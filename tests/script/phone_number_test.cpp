#include "script/phone_number.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;

namespace {

PhoneNumber number(std::string_view text, std::string_view country = "") {
    auto read = read_phone_number(text, country);
    EXPECT_TRUE(read) << text << ": " << (read ? "" : read.error());
    return read ? *read : PhoneNumber{};
}

std::string problem(std::string_view text, std::string_view country = "") {
    auto read = read_phone_number(text, country);
    return read ? "none" : std::string(read.error());
}

}  // namespace

TEST(PhoneNumber, IsReadHoweverItIsWritten) {
    for (auto text : {"+1 202-555-0142", "(202) 555-0142", "202.555.0142", "1 (202) 555 0142", "+1(202)5550142",
                      "tel:+1-202-555-0142", "  2025550142 ", "011 1 202 555 0142"})
        EXPECT_EQ(number(text, "US").e164, "+12025550142") << text;
    for (auto text : {"020 7946 0958", "+44 (0)20 7946 0958", "0044 20 7946 0958", "+442079460958"})
        EXPECT_EQ(number(text, "GB").e164, "+442079460958") << text;
}

TEST(PhoneNumber, KnowsItsCountryAndKind) {
    EXPECT_EQ(number("+12025550142").country, "US");
    EXPECT_EQ(number("+12025550142").kind, "fixed_line_or_mobile");
    EXPECT_EQ(number("+14165550123").country, "CA");
    EXPECT_EQ(number("+447400123456").kind, "mobile");
    EXPECT_EQ(number("+442079460958").country, "GB");
    EXPECT_EQ(number("+442079460958").kind, "fixed_line");
    EXPECT_EQ(number("+4915123456789").country, "DE");
    EXPECT_EQ(number("+77012345678").country, "KZ");
    EXPECT_EQ(number("+79161234567").country, "RU");
    EXPECT_EQ(number("+18005550199").kind, "toll_free");
    EXPECT_EQ(number("+390612345678").e164, "+390612345678");  // the zero is part of the number
    EXPECT_EQ(number("+80012345678").country, "001");
}

TEST(PhoneNumber, IsWrittenAsInItsCountryAndAsAbroad) {
    EXPECT_EQ(number("+12025550142").national, "(202) 555-0142");
    EXPECT_EQ(number("+12025550142").international, "+1 202-555-0142");
    EXPECT_EQ(number("+442079460958").national, "020 7946 0958");
    EXPECT_EQ(number("+442079460958").international, "+44 20 7946 0958");
    EXPECT_EQ(number("+33123456789").national, "01 23 45 67 89");
    EXPECT_EQ(number("+4930123456").national, "030 123456");
    EXPECT_EQ(number("+5491123456789").national, "011 15-2345-6789");
    EXPECT_EQ(number("+5491123456789").international, "+54 9 11 2345-6789");
    EXPECT_EQ(number("+390612345678").national, "06 1234 5678");
}

TEST(PhoneNumber, LosesWhatIsOnlyDialledWithinItsCountry) {
    EXPECT_EQ(number("011 15-2345-6789", "AR").e164, "+5491123456789");
    EXPECT_EQ(number("8 (916) 123-45-67", "RU").e164, "+79161234567");
    EXPECT_EQ(number("0151 23456789", "DE").e164, "+4915123456789");
    EXPECT_EQ(number("06 12 34 56 78", "FR").e164, "+33612345678");
}

TEST(PhoneNumber, HasAnExtension) {
    EXPECT_EQ(number("202-555-0142 ext. 12", "US").extension, "12");
    EXPECT_EQ(number("202-555-0142 x12", "US").e164, "+12025550142");
    EXPECT_EQ(number("+1 202 555 0142;ext=7").extension, "7");
    EXPECT_EQ(number("202-555-0142", "US").extension, "");
}

TEST(PhoneNumber, MayBeSpeltInLetters) {
    EXPECT_EQ(number("1-800-FLOWERS", "US").e164, "+18003569377");
}

TEST(PhoneNumber, IsValidWhereSuchNumbersAreGivenOut) {
    EXPECT_TRUE(number("+12025550142").valid);
    EXPECT_FALSE(number("+11115550142").valid);
    EXPECT_TRUE(number("+11115550142").possible);
    EXPECT_FALSE(number("+120255501").possible);
    EXPECT_EQ(number("+11115550142").country, "US");
}

TEST(PhoneNumber, SaysWhyATextIsNone) {
    EXPECT_EQ(problem(""), "not_a_number");
    EXPECT_EQ(problem("call me", "US"), "not_a_number");
    EXPECT_EQ(problem("anonymous"), "not_a_number");
    EXPECT_EQ(problem("2025550142"), "no_country");
    EXPECT_EQ(problem("2025550142", "XX"), "unknown_country");
    EXPECT_EQ(problem("+9999123456"), "unknown_country");
    EXPECT_EQ(problem("+1"), "unknown_country");
    EXPECT_EQ(problem("5", "US"), "too_short");
    EXPECT_EQ(problem("+49 123456789012345678", ""), "too_long");
    EXPECT_EQ(problem(std::string(100'000, '1'), "US"), "too_long");
    EXPECT_EQ(problem("20255\xFF\xFE", "US"), "not_a_number");
}
