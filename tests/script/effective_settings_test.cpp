#include "script/effective_settings.hpp"

#include "script/run_flow.hpp"

#include <gtest/gtest.h>

namespace switchhook::script {
namespace {

using core::Json;
using From = SettingValue::From;

const Json sealed = {{"$sealed", "AQ=="}};

std::shared_ptr<const Flow> office() {
    return compile_flow(
        "return { on_call = function() end, fallback = { dial = 'desk', say = 'Sorry.' }, settings = {\n"
        "desk = { type = 'phone', default = '+15550100' }, seats = { type = 'number' },\n"
        "opening = { type = 'hours' }, token = { type = 'text', secret = true }, greeting = 'Hi' } }");
}

From from(const Json& of_number, const Json& kept, const std::string& name) {
    return setting_values(*office(), of_number, kept).at(name).from;
}

TEST(EffectiveSettings, AreTheFlowsThenTheNumbersThenTheStores) {
    EXPECT_EQ(effective_settings(*office(), Json::object(), Json::object()),
              (Json{{"desk", "+15550100"}, {"greeting", "Hi"}}));
    EXPECT_EQ(effective_settings(*office(), {{"desk", "+15550101"}, {"seats", 5}}, {{"desk", "+15550102"}}),
              (Json{{"desk", "+15550102"}, {"greeting", "Hi"}, {"seats", 5}}));
    EXPECT_EQ(from({{"seats", 5}}, {{"desk", "+15550102"}}, "desk"), From::store);
    EXPECT_EQ(from({{"seats", 5}}, {{"desk", "+15550102"}}, "seats"), From::numbers);
    EXPECT_EQ(from({{"seats", 5}}, {{"desk", "+15550102"}}, "greeting"), From::flow);
    EXPECT_EQ(from({{"seats", 5}}, {{"desk", "+15550102"}}, "opening"), From::nobody);
}

TEST(EffectiveSettings, LeaveOutWhatTheFlowDoesNotTake) {
    EXPECT_EQ(effective_settings(*office(), {{"seats", "five"}}, {{"desk", "the desk"}, {"gone", 1}}),
              (Json{{"desk", "+15550100"}, {"greeting", "Hi"}}));
}

TEST(EffectiveSettings, HoldSecretsThatAreSealedInTheStore) {
    EXPECT_EQ(from(Json::object(), {{"token", sealed}}, "token"), From::store);
    EXPECT_EQ(from({{"token", "s3cret"}}, {{"token", "s3cret"}}, "token"), From::nobody);
    EXPECT_EQ(from(Json::object(), {{"greeting", sealed}}, "greeting"), From::flow);
}

TEST(EffectiveSettings, OfHoursAreAWeek) {
    EXPECT_EQ(effective_settings(*office(), {{"opening", "sat 9-12"}}, Json::object())["opening"],
              (Json{{"saturday", "9-12"}}));
}

TEST(EffectiveSettings, AreWhatNumbersLuaSaysWhereTheFlowHasNone) {
    auto flow = compile_flow("return { on_call = function() end }");
    EXPECT_EQ(effective_settings(*flow, {{"x", {{"y", 1}}}}, {{"z", 1}}), (Json{{"x", {{"y", 1}}}}));
}

TEST(EffectiveSettings, HoldTheNumberOfTheFallback) {
    EXPECT_EQ(fallback_of(*office(), {{"desk", "+15550105"}}), (Json{{"dial", "+15550105"}, {"say", "Sorry."}}));
    EXPECT_EQ(fallback_of(*office(), Json::object()), (Json{{"say", "Sorry."}}));
    EXPECT_EQ(fallback_of(*compile_flow("return { on_call = function() end }"), Json::object()), Json::object());
}

}  // namespace
}  // namespace switchhook::script
