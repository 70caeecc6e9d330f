#include "script/setting.hpp"

#include <gtest/gtest.h>

using namespace switchhook::script;
using switchhook::core::Json;
using Type = Setting::Type;

namespace {

Setting of_type(Type type) {
    Setting setting;
    setting.type = type;
    return setting;
}

Setting seats() {
    auto setting = of_type(Type::number);
    setting.min = 1;
    setting.max = 200;
    return setting;
}

Setting language() {
    auto setting = of_type(Type::choice);
    setting.choices = {"en-US", "es-US"};
    return setting;
}

// The value that is taken, as JSON; or what is wrong with it, and what to do.
std::string told(const std::variant<Json, SettingFault>& checked) {
    if (auto* fault = std::get_if<SettingFault>(&checked)) return fault->what + ": " + fault->fix;
    return std::get<Json>(checked).dump();
}
std::string checked(const Setting& setting, const Json& value) {
    return told(checked_setting(setting, value));
}
std::string typed(const Setting& setting, const std::string& text) {
    return told(typed_setting(setting, text));
}

}  // namespace

TEST(Setting, OfAPhoneIsInE164) {
    auto phone = of_type(Type::phone);
    EXPECT_EQ(checked(phone, "+15550100"), R"("+15550100")");
    EXPECT_EQ(checked(phone, "1 555 0100"), R"(is no phone number in E.164: "1 555 0100": did you mean "+15550100"?)");
    EXPECT_EQ(checked(phone, 15550100), R"(is a phone number, not 15550100: write it in quotes: "+15550100")");
    EXPECT_EQ(typed(phone, "+15550100"), R"("+15550100")");
}

TEST(Setting, OfANumberIsInItsRange) {
    EXPECT_EQ(checked(seats(), 20), "20");
    EXPECT_EQ(checked(seats(), 0), "is a number from 1 to 200, not 0: choose one of those");
    EXPECT_EQ(checked(seats(), 200.5), "is a number from 1 to 200, not 200.5: choose one of those");
    EXPECT_EQ(checked(seats(), "20"), "is a number, not \"20\": write it without quotes");
    auto at_least = of_type(Type::number);
    at_least.min = 0.5;
    EXPECT_EQ(checked(at_least, 0), "is a number of at least 0.5, not 0: choose one of those");
}

TEST(Setting, OfANumberIsTypedInDigits) {
    EXPECT_EQ(typed(seats(), "12"), "12");
    EXPECT_EQ(typed(seats(), "12.5"), "12.5");
    for (const auto* text : {"", "twelve", "12 ", "nan", "inf"})
        EXPECT_EQ(typed(seats(), text),
                  "is a number, not \"" + std::string(text) + "\": write digits only, such as 12 or 0.5");
}

TEST(Setting, OfAChoiceIsOneOfThem) {
    EXPECT_EQ(checked(language(), "es-US"), R"("es-US")");
    EXPECT_EQ(checked(language(), "es-us"), R"(cannot be "es-us": did you mean "es-US"?)");
    EXPECT_EQ(typed(language(), "German"), R"(cannot be "German": use one of: en-US, es-US)");
}

TEST(Setting, OfYesAndNoIsABoolean) {
    auto boolean = of_type(Type::boolean);
    EXPECT_EQ(checked(boolean, true), "true");
    EXPECT_EQ(checked(boolean, "yes"), "is true or false, not \"yes\": write it without quotes");
    EXPECT_EQ(typed(boolean, "yes"), "true");
    EXPECT_EQ(typed(boolean, "off"), "false");
    EXPECT_EQ(typed(boolean, "maybe"), "is yes or no, not \"maybe\": write yes or no");
}

TEST(Setting, OfHoursIsAWeek) {
    auto hours = of_type(Type::hours);
    EXPECT_EQ(checked(hours, {{"monday", "9:00-17:00"}}), R"({"monday":"9:00-17:00"})");
    EXPECT_EQ(checked(hours, "sat 9:00-12:00"), R"({"saturday":"9:00-12:00"})");
    EXPECT_EQ(typed(hours, "sat 9:00-12:00"), R"({"saturday":"9:00-12:00"})");
    EXPECT_EQ(checked(hours, "someday 9:00-12:00"),
              "is opening hours, and \"someday 9:00-12:00\" is not understood: write \"mon-fri 9:00-12:00, "
              "14:00-17:00; sat 10:00-14:00\"");
    EXPECT_EQ(checked(hours, {{"monday", "from nine"}}),
              "is opening hours, and `monday = \"from nine\"` is not understood: write monday = \"9:00-12:00, "
              "14:00-17:00\", or \"closed\"");
}

TEST(Setting, OfAVoiceIsAName) {
    auto voice = of_type(Type::voice);
    EXPECT_EQ(checked(voice, "Google.en-US-Chirp3-HD-Leda"), R"("Google.en-US-Chirp3-HD-Leda")");
    EXPECT_EQ(checked(voice, "a nice voice"),
              "is the name of a voice, not \"a nice voice\": write one such as \"Polly.Joanna-Neural\"");
}

TEST(Setting, OfATextIsAnyText) {
    auto text = of_type(Type::text);
    EXPECT_EQ(checked(text, ""), R"("")");
    EXPECT_EQ(checked(text, {{"a", 1}}), "is a text, not a table: write it in quotes");
    text.required = true;
    EXPECT_EQ(checked(text, ""), "is empty: write a text");
}

TEST(Setting, ThatIsSecretIsNotShownWhereItIsRefused) {
    auto token = of_type(Type::text);
    token.secret = true;
    EXPECT_EQ(checked(token, "s3cret"), R"("s3cret")");
    EXPECT_EQ(typed(token, "abc"),
              "is a secret of fewer than 4 characters: take a longer one: each place where it turns up is masked");
    EXPECT_EQ(checked(token, 987654), "is a text, not that: write it in quotes");
}

TEST(Setting, ThatIsNotDeclaredIsTypedAsWhatTheFlowGives) {
    auto plain = [](const Json& standard) {
        Setting setting;
        setting.standard = standard;
        return setting;
    };
    EXPECT_EQ(typed(plain("Hi"), "12"), R"("12")");
    EXPECT_EQ(typed(plain(20), "12"), "12");
    EXPECT_EQ(typed(plain(false), "yes"), "true");
    EXPECT_EQ(typed(plain({1, 2}), "12"), "is a table, which only files can hold: write it into numbers.lua");
    EXPECT_EQ(checked(plain("Hi"), 12), "12");
}

TEST(Setting, IsShownAsItIsTyped) {
    EXPECT_EQ(setting_text(of_type(Type::hours), {{"monday", "9-17"}, {"tuesday", "9-17"}, {"sunday", "closed"}}),
              "mon-tue 9-17; sun closed");
    EXPECT_EQ(setting_text(of_type(Type::boolean), true), "yes");
    EXPECT_EQ(setting_text(seats(), 12), "12");
    EXPECT_EQ(setting_text(seats(), 12.5), "12.5");
    EXPECT_EQ(setting_text(of_type(Type::text), "Hi"), "Hi");
    EXPECT_EQ(setting_text(of_type(Type::text), nullptr), "");
}
