#include "script/effective_settings.hpp"
#include "script/run_flow.hpp"

#include <gtest/gtest.h>

namespace switchhook::script {
namespace {

using core::Json;

// A flow whose settings are these, from line 2 on.
std::string with(const std::string& settings) {
    return "return { on_call = function() end, settings = {\n" + settings + " } }";
}

// What is wrong with a setting `x`, without the place.
std::string fault(const std::string& declaration) {
    auto problem = problems_of(with("x = " + declaration));
    std::string place = "test/flow.lua:2: ";
    return problem.starts_with(place) ? problem.substr(place.size()) : problem;
}

TEST(SettingDeclaration, SaysWhatASettingIs) {
    auto flow = compile_flow(
        with("front_desk = { type = 'phone', label = 'Front desk', help = 'Rings first.', required = true },\n"
             "seats = { type = 'number', min = 1, max = 200, default = 20 },\n"
             "language = { type = 'choice', choices = { 'en-US', 'es-US' }, default = 'en-US' },\n"
             "opening = { type = 'hours', default = 'mon 9:00-17:00' },\n"
             "token = { type = 'text', secret = true }"));
    const auto& declared = declared_settings(*flow);
    const auto& desk = declared.at("front_desk");
    EXPECT_EQ(desk.type, Setting::Type::phone);
    EXPECT_EQ(desk.label, "Front desk");
    EXPECT_EQ(desk.help, "Rings first.");
    EXPECT_TRUE(desk.required);
    EXPECT_EQ(desk.line, 2);
    EXPECT_EQ(declared.at("seats").max, 200);
    EXPECT_EQ(declared.at("language").choices, (std::vector<std::string>{"en-US", "es-US"}));
    EXPECT_TRUE(declared.at("token").secret);
    EXPECT_EQ(flow->settings(), (Json{{"seats", 20}, {"language", "en-US"}, {"opening", {{"monday", "9:00-17:00"}}}}));
}

TEST(SettingDeclaration, IsNoTableOfTheFlowsOwn) {
    auto flow = compile_flow(with("car = { type = 'sedan', doors = 4 }, range = { min = 1, max = 5 }, none = {}"));
    EXPECT_EQ(declared_settings(*flow).at("car").type, Setting::Type::plain);
    EXPECT_EQ(flow->settings(), (Json{{"car", {{"type", "sedan"}, {"doors", 4}}},
                                      {"range", {{"min", 1}, {"max", 5}}},
                                      {"none", Json::object()}}));
}

TEST(SettingDeclaration, SuggestsWhatWasMeant) {
    EXPECT_EQ(fault("{ type = 'phnoe' }"),
              "`settings.x` has no type that there is: \"phnoe\": did you mean \"phone\"?");
    EXPECT_EQ(fault("{ type = 'phone', lable = 'Desk' }"),
              "settings.x: there is no option `lable`; did you mean `label`?");
    EXPECT_EQ(fault("{ type = 'phone', required = 'yes' }"), "settings.x: `required` is true or false, not \"yes\"");
    EXPECT_TRUE(fault("{ label = 'Desk' }").starts_with("settings.x: `type` is missing"))
        << fault("{ label = 'Desk' }");
}

TEST(SettingDeclaration, RefusesWhatContradictsItself) {
    EXPECT_EQ(fault("{ type = 'choice' }"),
              "`settings.x` is a choice without choices: write choices = { \"en-US\", \"es-US\" }");
    EXPECT_EQ(fault("{ type = 'text', choices = { 'a' } }"),
              "`settings.x` has choices, but is no choice: write type = \"choice\"");
    EXPECT_EQ(fault("{ type = 'text', min = 1 }"),
              "`settings.x` has `min` or `max`, but is no number: write type = \"number\"");
    EXPECT_EQ(fault("{ type = 'number', min = 5, max = 1 }"),
              "`settings.x` has a `min` above its `max`: exchange the two");
    EXPECT_EQ(fault("{ type = 'phone', secret = true }"),
              "`settings.x` is a secret, but no text: write type = \"text\"");
    EXPECT_EQ(fault("{ type = 'text', secret = true, default = 's3cret' }"),
              "`settings.x` is a secret, and what stands in a file is none: take its `default` away and set it with "
              "`switchhook settings`");
    EXPECT_EQ(fault("{ type = 'text', required = true, default = 'x' }"),
              "`settings.x` is required, but is never missing, since it has a default: take one of the two away");
}

TEST(SettingDeclaration, ChecksTheDefault) {
    EXPECT_EQ(fault("{ type = 'phone', default = '5550100' }"),
              "`settings.x` as a default is no phone number in E.164: \"5550100\": write + and the country code "
              "first, then digits only: \"+15550100\"");
    EXPECT_EQ(fault("{ type = 'number', max = 5, default = 6 }"),
              "`settings.x` as a default is a number of at most 5, not 6: choose one of those");
}

TEST(SettingDeclaration, MayHoldTheNumberOfTheFallback) {
    auto fallback = [](const std::string& settings, const std::string& dial) {
        return problems_of("return { on_call = function() end, settings = { " + settings +
                           " },\nfallback = { dial = '" + dial + "' } }");
    };
    EXPECT_EQ(fallback("desk = { type = 'phone', required = true }", "desk"), "");
    EXPECT_EQ(fallback("desk = '+15550100'", "desk"), "");
    EXPECT_EQ(fallback("desk = '+15550100'", "dsek"),
              "test/flow.lua:2: `fallback.dial` is not a phone number: \"dsek\": did you mean the setting \"desk\"?");
    EXPECT_EQ(fallback("desk = { type = 'phone' }", "desk"),
              "test/flow.lua:2: `fallback.dial` names the setting `desk`, which may be missing: give it a default, or "
              "write required = true");
    EXPECT_EQ(fallback("desk = 'Ann'", "desk"),
              "test/flow.lua:2: `fallback.dial` names the setting `desk`, which holds no phone number: declare it with "
              "type = \"phone\"");
}

}  // namespace
}  // namespace switchhook::script
