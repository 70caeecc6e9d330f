// Calls in the terminal that travel: at another time, by somebody else, to two versions at once.
#include "integration/engine_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

class Call : public EngineTest {
protected:
    void SetUp() override {
        flow("flows/numbers.lua", "return { ['+15550100'] = { flow = 'office', settings = { name = 'North' } } }");
        flow("flows/office/flow.lua", office("For our address, press 1."));
    }

    static std::string office(const std::string& menu) {
        return "local hours = require 'hours'\n"
               "local opening = hours.weekly { zone = 'America/Denver', week = { sunday = '8:00-12:00' } }\n"
               "return { settings = { name = 'Office' }, on_call = function(call)\n"
               "  call:say(call.settings.name .. (opening:is_open() and ' is open.' or ' is closed.'))\n"
               "  call:say('You call from ' .. call.from .. '.')\n"
               "  local choice = call:gather { say = '" +
               menu +
               "', digits = 1 }\n"
               "  call:say(choice and 'Twelve Mill Lane.' or 'Goodbye.')\nend }\n";
    }
    void script(const std::string& text) const { flow("run/script.txt", text); }
};

}  // namespace

TEST_F(Call, TakesPlaceAtAnyTimeInTheFlowsOwnZone) {
    auto night = run_switchhook({"call", "office", "--at", "Sunday 03:00"}, "1\n");
    EXPECT_EQ(night.exit_code, 0) << night.err;
    EXPECT_THAT(night.out, testing::ContainsRegex("^It is Sunday, [0-9]+-[0-9]+-[0-9]+ 03:00, America/Denver\\.\n"));
    EXPECT_THAT(night.out, HasSubstr("hears: North is closed."));
    auto morning = run_switchhook({"call", "office", "--at", "2026-11-22T09:00"}, "1\n");
    EXPECT_THAT(morning.out, StartsWith("It is Sunday, 2026-11-22 09:00, America/Denver.\n"));
    EXPECT_THAT(morning.out, HasSubstr("hears: North is open."));
    auto elsewhere = run_switchhook({"call", "office", "--at", "2026-11-22T09:00", "--zone", "Europe/Madrid"}, "1\n");
    EXPECT_THAT(elsewhere.out, HasSubstr("hears: North is closed.")) << "it is one in the morning in Denver";
}

TEST_F(Call, ComesFromAnybody) {
    EXPECT_THAT(run_switchhook({"call", "office", "--from", "+442079460142"}, "1\n").out,
                HasSubstr("You call from +442079460142."));
    EXPECT_THAT(run_switchhook({"call", "office", "--from", "anonymous"}, "1\n").out,
                HasSubstr("You call from anonymous."));
}

TEST_F(Call, SaysWhatIsWrongWithTheTimeOrTheCaller) {
    auto time = run_switchhook({"call", "office", "--at", "Sunnday"});
    EXPECT_EQ(time.exit_code, 2);
    EXPECT_EQ(time.err, "switchhook: --at: `Sunnday` is no time: did you mean `sunday`?\n");
    auto zone = run_switchhook({"call", "office", "--at", "Sunday", "--zone", "Europe/Madird"});
    EXPECT_EQ(zone.exit_code, 2);
    EXPECT_THAT(zone.err, HasSubstr("did you mean \"Europe/Madrid\"?"));
    EXPECT_EQ(run_switchhook({"call", "office", "--from", "020 7946"}).exit_code, 2);
    EXPECT_EQ(run_switchhook({"call", "office", "--against", "live"}).exit_code, 2) << "it needs --script";
}

TEST_F(Call, MarksWhereAnotherVersionGoesAnotherWay) {
    flow("drafts/office/flow.lua", office("To hear where we are, press 1."));
    script("1\n");
    auto ran = run_switchhook({"call", "+15550100", "--script", "script.txt", "--against", "../drafts"});
    EXPECT_EQ(ran.exit_code, 1) << ran.err;
    EXPECT_THAT(ran.out, testing::ContainsRegex("\n- version [0-9a-f]+\n\\+ version [0-9a-f]+\n"));
    EXPECT_THAT(ran.out, HasSubstr("    hears: You call from +15550199.\n"
                                   "-   hears: To hear where we are, press 1.\n"
                                   "+   hears: For our address, press 1.\n"
                                   "    press> 1\n"
                                   "    hears: Twelve Mill Lane.\n"));
}

TEST_F(Call, MarksWhereTheEditedFlowLeavesWhatIsLive) {
    std::filesystem::create_directories(folder / "data");
    ASSERT_EQ(run_switchhook({"publish", "office"}).exit_code, 0);
    script("\n");
    auto same = run_switchhook({"call", "office", "--script", "script.txt", "--against", "live"});
    EXPECT_EQ(same.exit_code, 0) << same.out << same.err;
    flow("flows/office/flow.lua", office("To hear where we are, press 1."));
    auto edited = run_switchhook({"call", "office", "--script", "script.txt", "--against", "live"});
    EXPECT_EQ(edited.exit_code, 1) << edited.err;
    EXPECT_THAT(edited.out, HasSubstr("-   hears: For our address, press 1.\n"
                                      "+   hears: To hear where we are, press 1.\n"
                                      "    press>"));
}

TEST_F(Call, SaysThatThereIsNothingToCompareWith) {
    script("1\n");
    auto nowhere = run_switchhook({"call", "office", "--script", "script.txt", "--against", "nowhere"});
    EXPECT_EQ(nowhere.exit_code, 3);
    EXPECT_EQ(nowhere.err, "switchhook: there is no flow at `nowhere`\n");
    auto live = run_switchhook({"call", "office", "--script", "script.txt", "--against", "live"});
    EXPECT_EQ(live.exit_code, 3);
    EXPECT_THAT(live.err, HasSubstr("no engine has kept anything in `data`"));
}
