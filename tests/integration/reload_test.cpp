#include "integration/engine_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

class Reload : public EngineTest {
protected:
    std::string flows() { return run_switchhook({"flows"}).out; }
    std::string version() {
        auto printed = run_switchhook({"flows", "--json"});
        return core::Json::parse(printed.out)[0]["version"];
    }
};

}  // namespace

TEST_F(Reload, GivesTheNextCallTheNewWordsAndACallInProgressItsOwn) {
    serve();
    EXPECT_THAT(ring(1), HasSubstr("<Say>Hello</Say>"));
    auto old = version();
    flow("flows/shop/flow.lua", greeting("Good day"));
    ASSERT_TRUE(eventually([&] { return version() != old; }));
    EXPECT_THAT(ring(2), HasSubstr("<Say>Good day</Say>"));
    EXPECT_THAT(flows(), HasSubstr("1 on " + old));
    EXPECT_THAT(press(1, 1, "5"), HasSubstr("Hello, you pressed 5"));
    EXPECT_THAT(press(2, 1, "5"), HasSubstr("Good day, you pressed 5"));
    end(1);
    end(2);
}

TEST_F(Reload, KeepsTheLastGoodVersionOfABrokenEditAndShowsTheError) {
    serve();
    auto good = version();
    flow("flows/shop/flow.lua", "return {\n  on_call = function(call) call:say('x'\n}\n");
    ASSERT_TRUE(eventually([&] { return flows().find("not live:") != std::string::npos; }));
    EXPECT_THAT(flows(), HasSubstr("shop/flow.lua:3"));
    EXPECT_EQ(version(), good);
    EXPECT_THAT(ring(1), HasSubstr("<Say>Hello</Say>"));
    end(1);
    flow("flows/shop/flow.lua", greeting("Hello"));
    EXPECT_TRUE(eventually([&] { return flows().find("not live:") == std::string::npos; }));
}

TEST_F(Reload, KeepsTheLastGoodVersionWhenATestFails) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Hello') end)\n");
    serve();
    auto good = version();
    flow("flows/shop/flow.lua", greeting("Good day"));
    ASSERT_TRUE(eventually([&] { return flows().find("not live:") != std::string::npos; }));
    EXPECT_THAT(flows(), HasSubstr("flow_test.lua:2"));
    EXPECT_EQ(version(), good);
    EXPECT_THAT(ring(1), HasSubstr("<Say>Hello</Say>"));
    end(1);
}

TEST_F(Reload, TakesANewNumberWithoutARestart) {
    serve();
    flow("flows/numbers.lua", "return { ['+15550100'] = 'shop', ['+15550101'] = 'shop' }");
    ASSERT_TRUE(eventually([&] { return flows().find("+15550101") != std::string::npos; }));
    EXPECT_THAT(post("/twilio/voice", {{"CallSid", sid(1)}, {"From", caller}, {"To", "+15550101"}}),
                HasSubstr("<Say>Hello</Say>"));
    end(1);
}

TEST_F(Reload, AnswersAfterARestartThoughTheNumbersAreBroken) {
    serve();
    EXPECT_THAT(ring(1), HasSubstr("<Say>Hello</Say>"));
    flow("flows/numbers.lua", "return { ['+15550100'] = 'shop'");
    ASSERT_TRUE(eventually([&] { return flows().find("numbers.lua:1") != std::string::npos; }));
    engine->signal(SIGKILL);
    engine.reset();
    serve();
    EXPECT_THAT(ring(2), HasSubstr("<Say>Hello</Say>"));
    EXPECT_THAT(flows(), HasSubstr("numbers.lua:1"));
    EXPECT_THAT(engine->err(), HasSubstr("numbers_restored numbers=1 from="));
}

TEST_F(Reload, SaysThatNoEngineRuns) {
    auto ran = run_switchhook({"flows"});
    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_THAT(ran.err, HasSubstr("no engine runs with the data folder `data`"));
}
