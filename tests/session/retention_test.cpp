#include "session/retention.hpp"

#include "session/session_fixture.hpp"
#include "store/memory_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

class RetentionTest : public testing::Test, protected World {
protected:
    void call(const std::string& id) {
        core::CallRecord record;
        record.info.id = id;
        record.info.started = clock.now();
        tests::run(context, store.open_call(record));
        tests::run(context, store.close_call(id, clock.now(), "completed"));
    }
    bool knows(const std::string& id) { return tests::run(context, store.find_call(id))->has_value(); }
    void promise_and_keep(const std::string& id) {
        core::Promise promise{id, "lexi", "http", "https://crm.example", {}, clock.now(), clock.now()};
        tests::run(context, outbox.promise(promise));
        tests::run(context, outbox.done(id));
    }
    void forget_old() { tests::run(context, tests::finished(retention.forget_old())); }

    store::MemoryOutbox outbox;
    Retention retention{{.keep = 24h, .pause = 0ms, .batch = 2}, store, outbox, clock, lines.log};
};

}  // namespace

TEST_F(RetentionTest, ForgetsAllOldCallsAndNoOthers) {
    for (int i = 0; i < 5; ++i) call("old" + std::to_string(i));
    clock.advance(1ms);
    call("new");
    clock.advance(24h);
    forget_old();
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(knows("old" + std::to_string(i)));
    EXPECT_TRUE(knows("new"));
    EXPECT_THAT(lines.text(), HasSubstr("old calls forgotten calls=5"));
}

TEST_F(RetentionTest, RemembersPromisesThatWereKeptForAsLongAsCalls) {
    promise_and_keep("CA1:1");
    clock.advance(24h);
    forget_old();
    promise_and_keep("CA1:1");
    clock.advance(1ms);
    core::Promise again{"CA1:1", "lexi", "http", "https://crm.example", {}, clock.now(), clock.now()};
    tests::run(context, outbox.promise(again));
    EXPECT_TRUE(tests::run(context, outbox.list({}))->empty());
    forget_old();
    tests::run(context, outbox.promise(again));
    EXPECT_EQ(tests::run(context, outbox.list({}))->size(), 1u);
}

TEST_F(RetentionTest, BeginsWhenItIsStarted) {
    call("old");
    clock.advance(25h);
    retention.start(context.get_executor());
    tests::run_ready(context);
    EXPECT_FALSE(knows("old"));
}
