#include "integration/engine_fixture.hpp"

#include <csignal>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

// A flow that counts the texts of each sender.
class StoreOfTheEngine : public EngineTest {
protected:
    void SetUp() override {
        flow("flows/numbers.lua", "return { ['+15550100'] = 'shop' }");
        flow("flows/shop/flow.lua",
             "return { on_message = function(message)\n"
             "  return 'Text number ' .. kv.increment('texts/' .. message.from)\nend }\n");
    }
    std::string text(int n) {
        auto id = "SM" + sid(n).substr(2);
        return post("/twilio/sms", {{"MessageSid", id}, {"From", caller}, {"To", number}, {"Body", "Hi"}});
    }
};

}  // namespace

TEST_F(StoreOfTheEngine, StillHasWhatAFlowKeptWhenTheEngineWasKilled) {
    serve();
    EXPECT_THAT(text(1), HasSubstr("Text number 1<"));
    engine.reset();
    serve();
    EXPECT_THAT(text(2), HasSubstr("Text number 2<"));
}

TEST_F(StoreOfTheEngine, KeepsNothingInMemoryIfItIsToldSo) {
    serve({"--store", "memory"});
    EXPECT_THAT(text(1), HasSubstr("Text number 1<"));
    engine.reset();
    serve({"--store", "memory"});
    EXPECT_THAT(text(2), HasSubstr("Text number 1<"));
}

TEST_F(StoreOfTheEngine, SaysWhyItCannotUseADatabaseWithoutItsPassword) {
    auto ran = run_switchhook({"serve", "--listen", "127.0.0.1:0", "--store", "postgres://me:hush@127.0.0.1:1/none"});
    EXPECT_NE(ran.exit_code, 0);
    EXPECT_THAT(ran.err, HasSubstr("cannot use the PostgreSQL database: cannot connect"));
    EXPECT_THAT(ran.err, Not(HasSubstr("hush")));
}

TEST_F(StoreOfTheEngine, RefusesAStoreThatItDoesNotKnow) {
    auto ran = run_switchhook({"serve", "--store", "mysql"});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_THAT(ran.err, HasSubstr("--store takes sqlite, memory, or postgres://"));
}
