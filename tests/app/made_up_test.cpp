#include "app/made_up.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using app::MadeUp;
using core::Json;
using testing::HasSubstr;
using testing::Not;

namespace {

script::Bundle flow(const std::string& text = "return {}") {
    return {"shop", {"shop/flow.lua", text}, {}};
}

std::string text(const MadeUp& made, const std::string& was) {
    return made.of(was);
}

// What becomes of a text, where it is all that is known of the call.
std::string made_up(const std::string& text, const std::string& name = "", const std::string& source = "return {}") {
    MadeUp made(flow(source), false);
    made.look_at(text, name);
    return made.of(text);
}

}  // namespace

TEST(MadeUp, GivesNumbersThatAreNobodys) {
    EXPECT_EQ(made_up("+13035551234"), "+12025550142");
    EXPECT_EQ(made_up("Call 303-555-1234, or (303) 555 1234."), "Call 202-555-0142, or (202) 555 0142.");
    EXPECT_EQ(made_up("3035551234"), "2025550142");
    EXPECT_EQ(made_up("+12025550177"), "+12025550177") << "nobody's number already";
    EXPECT_EQ(made_up("+15550100"), "+15550100");
}

TEST(MadeUp, GivesNumbersWithoutAnAreaCodeToo) {
    EXPECT_EQ(made_up("It's 867-5309, or 8675309."), "It's 555-0142, or 5550142.");
    EXPECT_EQ(made_up("from 2026-03-02 to 2026-03-05 at 19:30, order 123456"),
              "from 2026-03-02 to 2026-03-05 at 19:30, order 123456");
    MadeUp made(flow(), false);
    made.look_at(Json{{"from", "+13038675309"}, {"speech", "867 5309"}});
    EXPECT_EQ(made.of(Json("+13038675309, 867 5309")), "+12025550142, 555 0142");
}

TEST(MadeUp, GivesTheSameForTheSame) {
    MadeUp made(flow(), false);
    made.look_at(Json{{"from", "+13035551234"}, {"to", "+13035559999"}});
    EXPECT_EQ(made.of(Json{{"text", "+13035559999 or 303-555-1234 or +13035551234"}})["text"],
              "+12025550143 or 303-555-1234 or +12025550142");
}

TEST(MadeUp, ReplacesNamesThatCallersSayOfThemselvesWhereverTheyStand) {
    MadeUp made(flow(), false);
    made.look_at(Json("Hello, my name is Ada Lovelace and I'd like a table"));
    EXPECT_EQ(text(made, "A table for Ada Lovelace. Is that right, ada?"),
              "A table for Alex Robin. Is that right, alex?");
    EXPECT_EQ(text(made, "LOVELACE"), "ROBIN");
    EXPECT_EQ(text(made, "Adams"), "Adams");
}

TEST(MadeUp, TakesNoDayForAName) {
    EXPECT_EQ(made_up("This is Monday"), "This is Monday");
    EXPECT_EQ(made_up("I'm Looking for a table"), "I'm Looking for a table");
}

TEST(MadeUp, KnowsWhatStandsUnderATellingName) {
    MadeUp made(flow(), false);
    made.look_at(
        Json{{"tool", {{"arguments", R"({"patient_name":"Grace","email":"grace@navy.mil","time":"10:00"})"}}}});
    EXPECT_EQ(text(made, "Grace at ten, grace@navy.mil"), "Alex at ten, person1@example.com");
    EXPECT_EQ(text(made, "10:00"), "10:00");
}

TEST(MadeUp, ReplacesAddressesAndLongNumbers) {
    EXPECT_EQ(made_up("12 Mill Lane, please"), "1 Example Street, please");
    EXPECT_EQ(made_up("my card is 5500 0000 0000 0004"), "my card is 4242 4242 4242 4242");
    EXPECT_EQ(made_up("write to ann dot lee or ann at gmail dot com"),
              "write to ann dot lee or somebody at example dot com");
}

TEST(MadeUp, LeavesWhatStandsInTheFlowItself) {
    EXPECT_EQ(made_up("+13035551234", "", "settings = { desk = '+13035551234' }"), "+13035551234");
    EXPECT_EQ(made_up("My name is Miller", "", "staff = { 'Miller' }"), "My name is Miller");
}

TEST(MadeUp, HidesSecretsThoughAllElseStays) {
    MadeUp made(flow(), true);
    made.look_at(Json{{"crm_token", "abc123xyz"}, {"from", "+13035551234"}, {"note", "use sk-abcdefghijklmnop"}});
    EXPECT_EQ(text(made, "+13035551234"), "+13035551234");
    EXPECT_THAT(text(made, "https://crm.example/?t=abc123xyz"), Not(HasSubstr("abc123xyz")));
    EXPECT_THAT(text(made, "use sk-abcdefghijklmnop"), Not(HasSubstr("sk-abc")));
}

TEST(MadeUp, ReplacesAPinOnlyAsAWhole) {
    MadeUp made(flow(), false);
    made.add_pin("7");
    EXPECT_EQ(text(made, "7"), "1");
    EXPECT_EQ(text(made, "7 slots"), "7 slots");
    EXPECT_EQ(made.of(Json{{"pin", "7"}, {"n", 7}}), (Json{{"pin", "1"}, {"n", 7}}));
}
