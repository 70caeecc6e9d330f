#include "integration/engine_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

// `switchhook sim SCENARIO` against a running engine.
class SimScenario : public EngineTest {
protected:
    void SetUp() override {
        EngineTest::SetUp();
        serve();
    }

    Ran play(const std::string& scenario, std::vector<std::string> more = {}) const {
        flow("run/story.lua", scenario);
        std::vector<std::string> arguments{"sim", "story.lua", "--server", origin};
        arguments.insert(arguments.end(), more.begin(), more.end());
        ChildProcess child(arguments, folder / "run", {{"TWILIO_AUTH_TOKEN", token}});
        auto code = child.exit_code();
        return {code, child.out(), child.err()};
    }
};

constexpr const char* ada = "local ada = call { from = '+15551230147', to = '+15550100', caller = 'Ada' }\n";

}  // namespace

TEST_F(SimScenario, PlaysItsCallsAsTheCarrierWould) {
    auto played = play(std::string(ada) +
                       "ada:hears('Hello')\n"
                       "ada:has_the_last_webhook_repeated()\n"
                       "ada:presses('4')\n"
                       "ada:hears('you pressed 4')\n"
                       "ada:is_hung_up()\n");
    EXPECT_EQ(played.exit_code, 0) << played.out << played.err;
    EXPECT_THAT(played.out, HasSubstr("Ada  hears \"Hello\""));
    EXPECT_TRUE(eventually([&] { return get("/twilio/health").body.find("\"active_calls\":0") != std::string::npos; }));
}

TEST_F(SimScenario, SaysWhatDiffers) {
    auto played = play(std::string(ada) + "ada:hears('Good day')\n");
    EXPECT_EQ(played.exit_code, 1) << played.out;
    EXPECT_THAT(played.err, HasSubstr("story.lua:2: expected the caller to hear \"Good day\""));
}

TEST_F(SimScenario, EndsNoEngineThatItHasNotStarted) {
    auto played = play("engine:is_killed()\n");
    EXPECT_EQ(played.exit_code, 1) << played.out;
    EXPECT_THAT(played.err, HasSubstr("`switchhook demo` does"));
    EXPECT_FALSE(engine->ended());
}

TEST_F(SimScenario, EditsFlowsAndWaitsUntilTheyAreLive) {
    auto flows = (folder / "flows").string();
    auto data = (folder / "data").string();
    auto played = play(
        "edit { file = 'shop/flow.lua', replace = \"say = 'Hello'\", with = \"say = 'Good day'\" }\n"
        "wait_until_live('+15550100')\n" +
            std::string(ada) + "ada:hears('Good day')\nada:hangs_up()\n",
        {"--flows", flows, "--data", data});
    EXPECT_EQ(played.exit_code, 0) << played.out << played.err;
}

TEST_F(SimScenario, NeedsTheTokenThatTheServerChecksWith) {
    flow("run/story.lua", std::string(ada) + "ada:hears('Hello')");
    auto without = run_switchhook({"sim", "story.lua", "--server", origin});
    EXPECT_EQ(without.exit_code, 2);
    EXPECT_THAT(without.err, HasSubstr("set TWILIO_AUTH_TOKEN"));
    ChildProcess other({"sim", "story.lua", "--server", origin}, folder / "run", {{"TWILIO_AUTH_TOKEN", "other"}});
    EXPECT_EQ(other.exit_code(), 1);
    auto missing = run_switchhook({"sim", "nothing.lua", "--server", origin});
    EXPECT_EQ(missing.exit_code, 3);
}
