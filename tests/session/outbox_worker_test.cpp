#include "session/outbox_worker.hpp"

#include "session/session_fixture.hpp"
#include "store/memory_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

using namespace switchhook;
using namespace switchhook::session;
using namespace std::chrono_literals;
using core::Promise;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;

namespace {

// A worker whose attempts come to what the test says: first what is in `outcomes`, then Kept.
class OutboxWorkerTest : public testing::Test {
protected:
    OutboxWorkerTest() { begin(worker); }

    void begin(OutboxWorker& started) {
        started.deliver("http", [this](Promise promise) -> boost::asio::awaitable<Attempt> {
            attempts.push_back(promise.id);
            if (throws) throw std::runtime_error("a bug");
            if (outcomes.empty()) co_return Kept{};
            auto outcome = outcomes.front();
            outcomes.pop_front();
            co_return outcome;
        });
        started.start(context.get_executor());
        tests::run_ready(context);
    }
    // Promises, and lets the worker do what it can at once.
    void promise(std::string id, std::string to = "https://crm.example", std::string kind = "http") {
        Promise made{std::move(id), "lexi", std::move(kind), std::move(to), core::Json::object()};
        ASSERT_TRUE(tests::run(context, worker.promise(std::move(made))));
        tests::run_ready(context);
    }
    // What the worker does when it looks again, some time later.
    void look_after(std::chrono::milliseconds time) {
        clock.advance(time);
        nudge("nudge" + std::to_string(++nudges_));
    }
    std::vector<Promise> list() { return tests::run(context, outbox.list({})).value(); }
    std::chrono::milliseconds pause_before_next() { return list().at(0).due - clock.now(); }

    boost::asio::io_context context;
    SharedClock clock;
    LogLines lines;
    core::Metrics metrics;
    store::MemoryOutbox outbox;
    OutboxWorker worker{{}, outbox, clock, lines.log, metrics};
    std::vector<std::string> attempts;
    std::deque<Attempt> outcomes;
    bool throws = false;

private:
    // A promise that nobody minds has the worker look without waiting for its timer.
    void nudge(std::string id) {
        Promise none{id, "nobody", "http", id, core::Json::object()};
        none.due = clock.now() + std::chrono::hours(1'000'000);
        ASSERT_TRUE(tests::run(context, worker.promise(std::move(none))));
        tests::run_ready(context);
        ASSERT_TRUE(tests::run(context, outbox.drop(std::move(id))));
    }
    int nudges_ = 0;
};

}  // namespace

TEST_F(OutboxWorkerTest, KeepsAPromiseAtOnceAndOnce) {
    promise("CA1:4");
    EXPECT_THAT(attempts, ElementsAre("CA1:4"));
    promise("CA1:4");
    EXPECT_THAT(attempts, ElementsAre("CA1:4"));
    EXPECT_THAT(list(), IsEmpty());
    EXPECT_EQ(metrics.outbox_delivered_total.Value(), 1);
    EXPECT_EQ(metrics.outbox_waiting.Value(), 0);
}

TEST_F(OutboxWorkerTest, TriesAgainWhenThePauseIsOver) {
    outcomes = {TryLater{"status 503", 30s}};
    promise("CA1:4");
    EXPECT_EQ(pause_before_next(), 30s);
    EXPECT_EQ(list().at(0).reason, "status 503");
    EXPECT_EQ(metrics.outbox_waiting.Value(), 1);
    look_after(29'999ms);
    EXPECT_EQ(attempts.size(), 1u);
    look_after(1ms);
    EXPECT_EQ(attempts.size(), 2u);
    EXPECT_THAT(list(), IsEmpty());
    EXPECT_EQ(metrics.outbox_failures_total.Value(), 1);
}

TEST_F(OutboxWorkerTest, PausesForLongerAfterEachFailureButNotForEver) {
    const std::chrono::milliseconds most[] = {2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 600s, 600s, 600s};
    for (std::size_t i = 0; i <= std::size(most); ++i) outcomes.emplace_back(TryLater{"status 503"});
    promise("CA1:4");
    std::chrono::milliseconds longest{0};
    for (auto limit : most) {
        EXPECT_THAT(pause_before_next(), AllOf(Ge(0ms), Le(limit)));
        longest = std::max(longest, pause_before_next());
        look_after(pause_before_next());
    }
    EXPECT_GT(longest, 64s);
}

TEST_F(OutboxWorkerTest, SpreadsItsPausesBySeed) {
    std::vector<std::chrono::milliseconds> pauses;
    for (std::uint64_t seed : {1, 1, 2}) {
        store::MemoryOutbox other;
        boost::asio::io_context of_its_own;
        OutboxWorker seeded({.seed = seed}, other, clock, lines.log, metrics);
        seeded.deliver("http", [](Promise) -> boost::asio::awaitable<Attempt> { co_return TryLater{"status 503"}; });
        seeded.start(of_its_own.get_executor());
        Promise made{"CA1:4", "lexi", "http", "https://crm.example", core::Json::object()};
        tests::run(of_its_own, seeded.promise(std::move(made)));
        tests::run_ready(of_its_own);
        pauses.push_back(tests::run(of_its_own, other.list({}))->at(0).due - clock.now());
    }
    EXPECT_EQ(pauses[0], pauses[1]);
    EXPECT_NE(pauses[0], pauses[2]);
}

TEST_F(OutboxWorkerTest, KeepsThemInOrderThoughOneFails) {
    outcomes = {TryLater{"status 503", 10s}};
    promise("CA1:1");
    promise("CA1:2");
    promise("CA2:1");
    EXPECT_THAT(attempts, ElementsAre("CA1:1"));
    look_after(10s);
    EXPECT_THAT(attempts, ElementsAre("CA1:1", "CA1:1", "CA1:2", "CA2:1"));
}

TEST_F(OutboxWorkerTest, LetsAFailureHoldBackOnlyItsDestination) {
    outcomes = {TryLater{"status 503", 10s}};
    promise("CA1:1", "https://crm.example");
    promise("CA1:2", "+15550199");
    EXPECT_THAT(attempts, ElementsAre("CA1:1", "CA1:2"));
}

TEST_F(OutboxWorkerTest, GivesUpWhatWillNotGetBetterAndGoesOn) {
    outcomes = {GiveUp{"status 404"}};
    promise("CA1:1");
    promise("CA1:2");
    EXPECT_THAT(attempts, ElementsAre("CA1:1", "CA1:2"));
    ASSERT_EQ(list().size(), 1u);
    EXPECT_TRUE(list()[0].dead);
    EXPECT_EQ(list()[0].reason, "status 404");
    EXPECT_EQ(metrics.outbox_dead.Value(), 1);
    EXPECT_THAT(lines.text(), HasSubstr("promise given up"));
}

TEST_F(OutboxWorkerTest, GivesUpAfterADayButNotBefore) {
    for (int i = 0; i < 3; ++i) outcomes.emplace_back(TryLater{"status 503", 23h});
    promise("CA1:1");
    look_after(23h);
    EXPECT_EQ(attempts.size(), 2u);
    EXPECT_EQ(pause_before_next(), 1h);
    look_after(1h);
    EXPECT_EQ(attempts.size(), 3u);
    EXPECT_TRUE(list().at(0).dead);
    EXPECT_EQ(list().at(0).reason, "status 503");
    EXPECT_EQ(list().at(0).attempts, 3u);
}

TEST_F(OutboxWorkerTest, TriesAgainWhatAnOperatorAsksFor) {
    outcomes = {GiveUp{"status 404"}};
    promise("CA1:1");
    tests::run(context, outbox.retry("CA1:1", clock.now()));
    look_after(0ms);
    EXPECT_EQ(attempts.size(), 2u);
    EXPECT_THAT(list(), IsEmpty());
}

TEST_F(OutboxWorkerTest, SurvivesWhatADeliveryThrows) {
    throws = true;
    promise("CA1:1");
    EXPECT_EQ(list().at(0).reason, "a bug");
    EXPECT_FALSE(list().at(0).dead);
}

TEST_F(OutboxWorkerTest, LeavesToOthersWhatItCannotDeliver) {
    promise("CA1:1", "CA1", "fax");
    EXPECT_EQ(list().at(0).reason, "this engine delivers no `fax`");
    EXPECT_FALSE(list().at(0).dead);
}

TEST_F(OutboxWorkerTest, NoticesByItselfWhatAnotherEnginePromised) {
    Promise made{"CA1:1", "lexi", "http", "https://crm.example", core::Json::object()};
    made.promised = made.due = clock.now();
    tests::run(context, outbox.promise(made));
    const auto until = std::chrono::steady_clock::now() + 10s;
    context.restart();
    while (attempts.empty() && std::chrono::steady_clock::now() < until) context.run_one_until(until);
    EXPECT_THAT(attempts, ElementsAre("CA1:1"));
}

TEST_F(OutboxWorkerTest, LogsNoPhoneNumber) {
    outcomes = {TryLater{"no answer for +15550199777", 1s}, GiveUp{"status 400"}};
    promise("CA1:1", "+15550199777");
    look_after(1s);
    promise("CA1:2", "+15550199777");
    EXPECT_THAT(lines.text(), HasSubstr("promise kept"));
    EXPECT_THAT(lines.text(), Not(HasSubstr("15550199777")));
}
