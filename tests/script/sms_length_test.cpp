#include "script/sms_length.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::script;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(SmsLength, Counts160CharactersInOneMessageAnd153InEachOfSeveral) {
    EXPECT_EQ(sms_length("").messages, 1U);
    EXPECT_EQ(sms_length(std::string(160, 'a')).messages, 1U);
    EXPECT_EQ(sms_length(std::string(161, 'a')).messages, 2U);
    EXPECT_EQ(sms_length(std::string(306, 'a')).messages, 2U);
    EXPECT_EQ(sms_length(std::string(307, 'a')).messages, 3U);
}

TEST(SmsLength, KnowsTheLettersOfGsm7) {
    auto length = sms_length("@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\"quoted\"");
    EXPECT_TRUE(length.gsm7);
    EXPECT_THAT(length.outside, IsEmpty());
    EXPECT_EQ(sms_length(std::string(80, '[')).messages, 1U) << "a bracket takes two";
    EXPECT_EQ(sms_length(std::string(81, '[')).messages, 2U);
}

TEST(SmsLength, CountsIn70sWhereOneCharacterIsNotAmongThem) {
    auto text = std::string(69, 'a') + "’";
    EXPECT_FALSE(sms_length(text).gsm7);
    EXPECT_EQ(sms_length(text).messages, 1U);
    text += "b";
    EXPECT_EQ(sms_length(text).messages, 2U);
    EXPECT_EQ(sms_length(text).messages_without, 1U);
    EXPECT_THAT(sms_length(text + "’“").outside, ElementsAre("’", "“"));
    EXPECT_EQ(sms_length(std::string(68, 'a') + "📞").messages, 1U) << "an emoji takes two";
    EXPECT_EQ(sms_length(std::string(69, 'a') + "📞").messages, 2U);
}

TEST(SmsLength, KnowsWhatToWriteInstead) {
    EXPECT_EQ(in_gsm7("’"), "'");
    EXPECT_EQ(in_gsm7("…"), "...");
    EXPECT_EQ(in_gsm7("📞"), "");
}
