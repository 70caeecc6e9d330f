#include "core/outbox.hpp"

#include "awaited.hpp"
#include "core/log.hpp"
#include "core/temporary_folder.hpp"
#include "store/postgres_server.hpp"
#include "store/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Json;
using core::Promise;
using core::Time;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

constexpr core::Time start{1'772'490'600'000ms};

struct InMemory {
    core::ManualClock clock{start};
    store::Storage one = store::in_memory(clock);
};

struct InSqlite {
    core::TemporaryFolder folder{"switchhook-outbox"};
    core::Log log{{}, [](std::string_view) {}};
    core::ManualClock clock{start};
    store::Storage one = store::in_sqlite(folder.path(), clock, log);
};

// Starting a server takes two seconds: the tests share it.
tests::PostgresServer& server() {
    static tests::PostgresServer started;
    return started;
}

struct InPostgres {
    InPostgres() { store::PostgresConnection(server().url()).run_script("TRUNCATE switchhook.outbox"); }
    core::Log log{{}, [](std::string_view) {}};
    core::ManualClock clock{start};
    store::Storage one = store::in_postgres({server().url()}, clock, log);
};

Promise promise(std::string id, std::string destination = "https://crm.example", std::string business = "lexi") {
    return {std::move(id), std::move(business), "http", std::move(destination), {{"url", "/calls"}}, start, start};
}

// What every outbox keeps to.
template <class Kind>
class OutboxTest : public testing::Test {
protected:
    using Ids = std::vector<std::string>;
    using Filter = core::Outbox::Filter;

    template <class T>
    core::Result<T> wait(core::Outbox::Awaitable<T> operation) {
        return tests::run(context_, std::move(operation));
    }
    void make(Promise made) { ASSERT_TRUE(wait(outbox_.promise(std::move(made)))); }
    Ids claim(Time now, std::size_t most = 10) {
        Ids ids;
        auto claimed = wait(outbox_.claim(now, now + 10s, most));
        for (const auto& one : claimed.value()) ids.push_back(one.id);
        return ids;
    }
    std::vector<Promise> list(Filter filter = {}) { return wait(outbox_.list(filter)).value(); }

    boost::asio::io_context context_;  // outlives the store's thread, which posts to it
    Kind kind_;
    core::Outbox& outbox_ = *kind_.one.outbox;
};

using Kinds = testing::Types<InMemory, InSqlite, InPostgres>;
TYPED_TEST_SUITE(OutboxTest, Kinds);

}  // namespace

TYPED_TEST(OutboxTest, GivesAPromiseAsItWasMade) {
    this->make(promise("CA1:4"));
    auto claimed = this->wait(this->outbox_.claim(start, start + 10s, 10)).value();
    ASSERT_EQ(claimed.size(), 1u);
    EXPECT_EQ(claimed[0].id, "CA1:4");
    EXPECT_EQ(claimed[0].business, "lexi");
    EXPECT_EQ(claimed[0].kind, "http");
    EXPECT_EQ(claimed[0].destination, "https://crm.example");
    EXPECT_EQ(claimed[0].payload, Json({{"url", "/calls"}}));
    EXPECT_EQ(claimed[0].promised, start);
    EXPECT_EQ(claimed[0].due, start);
    EXPECT_EQ(claimed[0].attempts, 0u);
    EXPECT_FALSE(claimed[0].dead);
}

TYPED_TEST(OutboxTest, SaysThatSomebodyTookAPromiseAndNeverToldWhatCameOfIt) {
    this->make(promise("CA1:4"));
    auto begun = [&](Time now) { return this->wait(this->outbox_.claim(now, now + 10s, 10)).value().at(0).begun; };
    EXPECT_FALSE(begun(start));
    EXPECT_TRUE(begun(start + 10s));
    this->wait(this->outbox_.postpone("CA1:4", start + 12s, "status 503"));
    EXPECT_FALSE(begun(start + 12s));
}

TYPED_TEST(OutboxTest, ChangesNothingWhereAPromiseIsMadeAgain) {
    this->make(promise("CA1:4"));
    auto again = promise("CA1:4");
    again.payload = {{"url", "/other"}};
    this->make(again);
    ASSERT_EQ(this->list().size(), 1u);
    EXPECT_EQ(this->list()[0].payload, Json({{"url", "/calls"}}));
}

TYPED_TEST(OutboxTest, DoesNotMakeAgainWhatWasKept) {
    this->make(promise("CA1:4"));
    this->claim(start);
    EXPECT_TRUE(this->wait(this->outbox_.done("CA1:4")));
    this->make(promise("CA1:4"));
    EXPECT_THAT(this->list(), IsEmpty());
    EXPECT_THAT(this->claim(start + 1h), IsEmpty());
}

TYPED_TEST(OutboxTest, GivesAPromiseToOneUntilItsTimeIsUp) {
    this->make(promise("CA1:4"));
    EXPECT_THAT(this->claim(start), ElementsAre("CA1:4"));
    EXPECT_THAT(this->claim(start + 9'999ms), IsEmpty());
    EXPECT_TRUE(this->wait(this->outbox_.renew({"CA1:4"}, start + 20s)));
    EXPECT_THAT(this->claim(start + 19'999ms), IsEmpty());
    EXPECT_THAT(this->claim(start + 20s), ElementsAre("CA1:4"));
}

TYPED_TEST(OutboxTest, GivesNothingBeforeItIsDue) {
    auto later = promise("CA1:4");
    later.due = start + 60s;
    this->make(later);
    EXPECT_THAT(this->claim(start + 59s), IsEmpty());
    EXPECT_THAT(this->claim(start + 60s), ElementsAre("CA1:4"));
}

TYPED_TEST(OutboxTest, GivesThoseToOneDestinationInOrder) {
    for (const auto* id : {"CA1:1", "CA1:2", "CA2:1"}) this->make(promise(id));
    EXPECT_THAT(this->claim(start), ElementsAre("CA1:1"));
    EXPECT_THAT(this->claim(start), IsEmpty());
    this->wait(this->outbox_.done("CA1:1"));
    EXPECT_THAT(this->claim(start), ElementsAre("CA1:2"));
    this->wait(this->outbox_.done("CA1:2"));
    EXPECT_THAT(this->claim(start), ElementsAre("CA2:1"));
}

TYPED_TEST(OutboxTest, HoldsBackNoOtherDestinationAndNoOtherBusiness) {
    this->make(promise("CA1:1"));
    this->make(promise("CA1:2", "+15550199"));
    this->make(promise("CA2:1", "https://crm.example", "concya"));
    EXPECT_THAT(this->claim(start), UnorderedElementsAre("CA1:1", "CA1:2", "CA2:1"));
}

TYPED_TEST(OutboxTest, GivesNoMoreThanAreWanted) {
    for (const auto* to : {"a", "b", "c"}) this->make(promise(to, to));
    EXPECT_THAT(this->claim(start, 2), ElementsAre("a", "b"));
    EXPECT_THAT(this->claim(start, 2), ElementsAre("c"));
}

TYPED_TEST(OutboxTest, HasThoseBehindAFailedOneWaitWithIt) {
    for (const auto* id : {"CA1:1", "CA1:2"}) this->make(promise(id));
    this->claim(start);
    EXPECT_TRUE(this->wait(this->outbox_.postpone("CA1:1", start + 60s, "status 503")));
    EXPECT_THAT(this->claim(start + 59s), IsEmpty());
    auto listed = this->list();
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].attempts, 1u);
    EXPECT_EQ(listed[0].reason, "status 503");
    EXPECT_EQ(listed[0].due, start + 60s);
    EXPECT_EQ(listed[1].attempts, 0u);
    EXPECT_EQ(listed[1].reason, "");
    EXPECT_EQ(listed[1].due, start + 60s);
    EXPECT_THAT(this->claim(start + 60s), ElementsAre("CA1:1"));
}

TYPED_TEST(OutboxTest, LetsTheNextOneThroughWhenOneIsDead) {
    for (const auto* id : {"CA1:1", "CA1:2"}) this->make(promise(id));
    this->claim(start);
    EXPECT_TRUE(this->wait(this->outbox_.bury("CA1:1", "status 404")));
    EXPECT_THAT(this->claim(start), ElementsAre("CA1:2"));
    auto dead = this->list({.dead = true});
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0].id, "CA1:1");
    EXPECT_EQ(dead[0].reason, "status 404");
    EXPECT_EQ(dead[0].attempts, 1u);
    EXPECT_TRUE(dead[0].dead);
    auto counts = this->wait(this->outbox_.count()).value();
    EXPECT_EQ(counts.waiting, 1u);
    EXPECT_EQ(counts.dead, 1u);
}

TYPED_TEST(OutboxTest, GivesADeadOneAnotherChanceWithItsWholeTime) {
    this->make(promise("CA1:1"));
    this->claim(start);
    this->wait(this->outbox_.bury("CA1:1", "status 404"));
    EXPECT_TRUE(this->wait(this->outbox_.retry("CA1:1", start + 1h)));
    auto claimed = this->wait(this->outbox_.claim(start + 1h, start + 2h, 1)).value();
    ASSERT_EQ(claimed.size(), 1u);
    EXPECT_EQ(claimed[0].promised, start + 1h);
    EXPECT_EQ(claimed[0].attempts, 0u);
    EXPECT_EQ(claimed[0].payload, Json({{"url", "/calls"}}));
    EXPECT_EQ(this->wait(this->outbox_.retry("CA9:9", start)).error(), core::Errc::not_found);
}

TYPED_TEST(OutboxTest, ForgetsADroppedOneAndDoesNotMakeItAgain) {
    for (const auto* id : {"CA1:1", "CA1:2"}) this->make(promise(id));
    EXPECT_TRUE(this->wait(this->outbox_.drop("CA1:1")));
    EXPECT_EQ(this->wait(this->outbox_.drop("CA1:1")).error(), core::Errc::not_found);
    EXPECT_EQ(this->wait(this->outbox_.retry("CA1:1", start)).error(), core::Errc::not_found);
    this->make(promise("CA1:1"));
    EXPECT_THAT(this->claim(start), ElementsAre("CA1:2"));
}

TYPED_TEST(OutboxTest, RemembersWhatWasKeptUntilItIsToldToForget) {
    this->make(promise("CA1:1"));
    this->wait(this->outbox_.done("CA1:1"));
    EXPECT_TRUE(this->wait(this->outbox_.forget_kept(start)));
    this->make(promise("CA1:1"));
    EXPECT_THAT(this->list(), IsEmpty());
    EXPECT_TRUE(this->wait(this->outbox_.forget_kept(start + 1ms)));
    this->make(promise("CA1:1"));
    EXPECT_EQ(this->list().size(), 1u);
}

TYPED_TEST(OutboxTest, ListsABusinesssInOrder) {
    this->make(promise("CA1:1"));
    this->make(promise("CA2:1", "https://crm.example", "concya"));
    this->make(promise("CA1:2", "+15550199"));
    std::vector<std::string> ids;
    for (const auto& one : this->list({.business = "lexi"})) ids.push_back(one.id);
    EXPECT_THAT(ids, ElementsAre("CA1:1", "CA1:2"));
    EXPECT_EQ(this->list({.most = 1}).size(), 1u);
}

TEST(PostgresOutbox, GivesEachPromiseToOneOfTwoEngines) {
    boost::asio::io_context context;
    InPostgres here;
    InPostgres there;
    for (int i = 0; i < 40; ++i) {
        auto made = promise("CA" + std::to_string(i), std::to_string(i));
        ASSERT_TRUE(tests::run(context, here.one.outbox->promise(made)));
    }
    std::vector<tests::Awaited<core::Result<std::vector<Promise>>>> claims;
    for (int i = 0; i < 10; ++i)
        for (auto* engine : {&here, &there})
            claims.emplace_back(context, engine->one.outbox->claim(start, start + 10s, 2));
    std::vector<std::string> ids;
    for (auto& claim : claims) {
        const auto& claimed = tests::wait_for(context, claim);
        ASSERT_TRUE(claimed);
        for (const auto& one : *claimed) ids.push_back(one.id);
    }
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(SqliteOutbox, KeepsItsPromisesWhenItIsOpenedAgain) {
    core::TemporaryFolder folder{"switchhook-outbox"};
    core::Log log{{}, [](std::string_view) {}};
    core::ManualClock clock{start};
    boost::asio::io_context context;
    {
        auto storage = store::in_sqlite(folder.path(), clock, log);
        ASSERT_TRUE(tests::run(context, storage.outbox->promise(promise("CA1:1"))));
    }
    auto storage = store::in_sqlite(folder.path(), clock, log);
    EXPECT_EQ(tests::run(context, storage.outbox->claim(start, start + 10s, 1))->at(0).id, "CA1:1");
}
