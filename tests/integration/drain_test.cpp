#include "integration/engine_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;

namespace {

class Drain : public EngineTest {};

}  // namespace

TEST_F(Drain, LetsCallsInProgressEndAndSendsNewOnesToTheFallback) {
    serve();
    ring(1);
    engine->signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return get("/readyz").status == 503; }));
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_THAT(ring(2), HasSubstr("+15550190</"));
    EXPECT_THAT(press(1, 1, "5"), HasSubstr("Hello, you pressed 5"));
    EXPECT_FALSE(engine->ended());
    end(1);
    EXPECT_EQ(engine->exit_code(), 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "data/engine.json"));
}

TEST_F(Drain, EndsAtOnceWithoutACall) {
    serve();
    engine->signal(SIGTERM);
    EXPECT_EQ(engine->exit_code(), 0);
}

TEST_F(Drain, IsHeardFromTheMomentTheEngineListens) {
    for (int start = 0; start < 5; ++start) {
        start_serving();
        ASSERT_TRUE(eventually([&] { return engine->err().find("listening") != std::string::npos; }));
        engine->signal(SIGTERM);
        EXPECT_EQ(engine->exit_code(), 0);
    }
}

TEST_F(Drain, EndsAtOnceAtASecondSignal) {
    serve();
    ring(1);
    engine->signal(SIGTERM);
    ASSERT_TRUE(eventually([&] { return get("/readyz").status == 503; }));
    EXPECT_FALSE(engine->ended());
    engine->signal(SIGTERM);
    EXPECT_EQ(engine->exit_code(), 0);
}

TEST_F(Drain, EndsWhenItsTimeIsUp) {
    serve({"--drain-seconds", "0"});
    ring(1);
    engine->signal(SIGINT);
    EXPECT_EQ(engine->exit_code(), 0);
}
