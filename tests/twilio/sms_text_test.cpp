#include "twilio/sms_text.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace switchhook::twilio;

namespace {

std::string repeat(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

std::size_t segments(std::string_view text) {
    return count_sms_parts(text).segments;
}
bool is_gsm7(std::string_view text) {
    return count_sms_parts(text).encoding == SmsEncoding::gsm7;
}

}  // namespace

TEST(SmsText, FitsOneHundredAndSixtyCharactersOfGsm7) {
    EXPECT_EQ(segments(""), 1u);
    EXPECT_EQ(segments(repeat("a", 160)), 1u);
    EXPECT_EQ(segments(repeat("a", 161)), 2u);
    EXPECT_EQ(segments(repeat("a", 306)), 2u);
    EXPECT_EQ(segments(repeat("a", 307)), 3u);
}

TEST(SmsText, CountsExtendedCharactersTwice) {
    EXPECT_EQ(count_sms_parts("€5").units, 3u);
    EXPECT_EQ(segments(repeat("€", 80)), 1u);
    EXPECT_EQ(segments(repeat("€", 81)), 2u);
    for (auto character : {"\f", "^", "{", "}", "\\", "[", "~", "]", "|", "€"})
        EXPECT_EQ(count_sms_parts(character).units, 2u) << character;
}

TEST(SmsText, NeverSplitsAnExtendedCharacter) {
    // 153 septets a part: the 77th € would begin in the 153rd of them.
    EXPECT_EQ(segments(repeat("€", 152)), 2u);
    EXPECT_EQ(segments(repeat("€", 153)), 3u);
    EXPECT_EQ(segments(repeat("a", 152) + "€" + repeat("a", 151)), 2u);
    EXPECT_EQ(segments(repeat("a", 152) + "€" + repeat("a", 152)), 3u);
}

TEST(SmsText, KnowsTheCharactersOfGsm7) {
    EXPECT_TRUE(is_gsm7("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡§¿ÄÖÑÜäöñüà"));
    EXPECT_TRUE(is_gsm7("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"));
    for (auto character : {"ç", "`", "“", "”", "’", "…", "–", "á", "ê", "\t", "Α", "日"})
        EXPECT_FALSE(is_gsm7(character)) << character;
}

TEST(SmsText, FitsSeventyUnitsOfUcs2) {
    EXPECT_EQ(segments(repeat("日", 70)), 1u);
    EXPECT_EQ(segments(repeat("日", 71)), 2u);
    EXPECT_EQ(segments(repeat("日", 134)), 2u);
    EXPECT_EQ(segments(repeat("日", 135)), 3u);
    EXPECT_EQ(segments(repeat("a", 70) + "’"), 2u);
    EXPECT_EQ(count_sms_parts("a’").units, 2u);
}

TEST(SmsText, NeverSplitsASurrogatePair) {
    EXPECT_EQ(count_sms_parts("👋").units, 2u);
    EXPECT_EQ(segments(repeat("👋", 35)), 1u);
    EXPECT_EQ(segments(repeat("👋", 66)), 2u);
    EXPECT_EQ(segments(repeat("👋", 67)), 3u);
}

TEST(SmsText, StandsBytesThatAreNoUtf8) {
    EXPECT_EQ(count_sms_parts("a\xFF").units, 2u);
    EXPECT_FALSE(is_gsm7("a\xFF"));
    EXPECT_EQ(segments("\xF0\x9F"), 1u);
}

TEST(SmsText, KnowsWhoWantsNoMoreTexts) {
    for (auto text : {"STOP", "stop", " Stop\n", "STOPALL", "Unsubscribe", "CANCEL", "end", "QUIT", "revoke", "OPTOUT"})
        EXPECT_EQ(opt_out_keyword(text), OptOutKeyword::stop) << text;
    for (auto text : {"START", "unstop", "Yes"}) EXPECT_EQ(opt_out_keyword(text), OptOutKeyword::start) << text;
    for (auto text : {"HELP", "info"}) EXPECT_EQ(opt_out_keyword(text), OptOutKeyword::help) << text;
    for (auto text : {"", " ", "stop it", "STOP.", "please stop", "yess", "ENDE", "opt out"})
        EXPECT_EQ(opt_out_keyword(text), OptOutKeyword::none) << text;
}
