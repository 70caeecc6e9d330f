#include "store/postgres_store.hpp"

#include "awaited.hpp"
#include "core/log.hpp"
#include "store/postgres_server.hpp"
#include "store/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Json;
using testing::HasSubstr;
using testing::Not;

namespace {

class PostgresStoreTest : public testing::Test {
protected:
    store::Storage open(std::chrono::milliseconds patience = 8s) {
        return store::in_postgres({server_.url(), patience}, clock_, log_);
    }
    core::JournalEntry entry(std::uint32_t seq, const char* digits = "1") {
        return {"CA1", seq, "d", core::Answer::of({{"digits", digits}}, clock_.now())};
    }

    tests::PostgresServer server_;
    core::ManualClock clock_{core::Time(1'772'490'600'000ms)};
    core::Log log_{{}, [](std::string_view) {}};
    boost::asio::io_context context_;
};

}  // namespace

TEST_F(PostgresStoreTest, LetsTwoEnginesStartAtOnceAndShareWhatTheyKeep) {
    std::optional<store::Storage> one;
    std::thread other_engine([&] { one.emplace(open()); });
    auto two = open();
    other_engine.join();
    EXPECT_TRUE(tests::run(context_, one->store->set("lexi", "key", "value", {})));
    EXPECT_EQ(tests::run(context_, two.store->get("lexi", "key")).value(), Json("value"));
}

TEST_F(PostgresStoreTest, LetsOneOfTwoEnginesAnswerAStep) {
    auto one = open();
    auto two = open();
    tests::Awaited<core::Result<void>> first(context_, one.store->append(entry(1)));
    tests::Awaited<core::Result<void>> second(context_, two.store->append(entry(1)));
    auto outcomes =
        int(tests::wait_for(context_, first).has_value()) + int(tests::wait_for(context_, second).has_value());
    EXPECT_EQ(outcomes, 1);
}

TEST_F(PostgresStoreTest, LetsOneOfTwoEnginesTakeASlot) {
    auto one = open();
    auto two = open();
    tests::Awaited<core::Result<void>> first(context_, one.store->exchange("lexi", "slot", {.value = "ann"}));
    tests::Awaited<core::Result<void>> second(context_, two.store->exchange("lexi", "slot", {.value = "bob"}));
    auto outcomes =
        int(tests::wait_for(context_, first).has_value()) + int(tests::wait_for(context_, second).has_value());
    EXPECT_EQ(outcomes, 1);
}

TEST_F(PostgresStoreTest, LetsTwoEnginesThatPerformOneAskMakeItsExchangeOnce) {
    auto one = open();
    auto two = open();
    core::Exchange add{.value = 1, .once = core::Exchange::Once{"CA1", 3, 1}};
    tests::Awaited<core::Result<void>> first(context_, one.store->exchange("lexi", "count", add));
    tests::Awaited<core::Result<void>> second(context_, two.store->exchange("lexi", "count", add));
    auto made = int(tests::wait_for(context_, first).has_value()) + int(tests::wait_for(context_, second).has_value());
    EXPECT_EQ(made, 1);
    add.expected = 1;
    add.value = 2;
    for (auto* store : {one.store.get(), two.store.get()})
        EXPECT_EQ(tests::run(context_, store->exchange("lexi", "count", add)).error(), core::Errc::already_answered);
    EXPECT_EQ(tests::run(context_, one.store->get("lexi", "count")).value(), Json(1));
}

TEST_F(PostgresStoreTest, KeepsAHundredAnswersThatComeAtOnceThoughOneIsRefused) {
    auto storage = open();
    std::vector<tests::Awaited<core::Result<void>>> appended;
    for (std::uint32_t seq = 1; seq <= 100; ++seq) appended.emplace_back(context_, storage.store->append(entry(seq)));
    tests::Awaited<core::Result<void>> again(context_, storage.store->append(entry(50, "2")));
    for (auto& one : appended) EXPECT_TRUE(tests::wait_for(context_, one));
    EXPECT_EQ(tests::wait_for(context_, again).error(), core::Errc::already_answered);
    EXPECT_EQ(tests::run(context_, storage.store->journal("CA1"))->size(), 100u);
}

TEST_F(PostgresStoreTest, GoesOnByItselfAfterTheServerWasRestarted) {
    auto storage = open(60s);  // a busy machine takes its time
    EXPECT_TRUE(tests::run(context_, storage.store->append(entry(1))));
    server_.stop();
    tests::Awaited<core::Result<void>> waiting(context_, storage.store->append(entry(2)));
    tests::Awaited<core::Result<std::vector<core::JournalEntry>>> reading(context_, storage.store->journal("CA1"));
    tests::run_ready(context_);
    server_.start();
    EXPECT_TRUE(tests::wait_for(context_, waiting));
    EXPECT_TRUE(tests::wait_for(context_, reading));
    EXPECT_EQ(tests::run(context_, storage.store->journal("CA1"))->size(), 2u);
}

TEST_F(PostgresStoreTest, GivesUpOnAServerThatStaysAway) {
    auto storage = open(300ms);
    server_.stop();
    EXPECT_EQ(tests::run(context_, storage.store->append(entry(1))).error(), core::Errc::unavailable);
    EXPECT_EQ(tests::run(context_, storage.store->get("lexi", "key")).error(), core::Errc::unavailable);
    server_.start();
    EXPECT_TRUE(tests::run(context_, storage.store->append(entry(1))));
}

TEST_F(PostgresStoreTest, LeavesTheTablesOfANewerEngineAlone) {
    open();
    store::PostgresConnection(server_.url()).run_script("UPDATE switchhook.schema_version SET version = 1000");
    try {
        open();
        FAIL() << "it opened";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("it was written by a newer Switchhook"));
    }
}

TEST_F(PostgresStoreTest, SaysWhyTheServerCannotBeUsedWithoutThePassword) {
    try {
        store::in_postgres({"postgres://me:hush@127.0.0.1:1/nothing", 0ms}, clock_, log_);
        FAIL() << "it opened";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot use the PostgreSQL database: cannot connect"));
        EXPECT_THAT(error.what(), Not(HasSubstr("hush")));
    }
}
