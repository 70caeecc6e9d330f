#include "store/sqlite_store.hpp"

#include "awaited.hpp"
#include "core/log.hpp"
#include "core/temporary_folder.hpp"
#include "store/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Json;
using testing::HasSubstr;

namespace {

class SqliteStoreTest : public testing::Test {
protected:
    store::Storage open() { return store::in_sqlite(folder_.path(), clock_, log_); }
    core::JournalEntry entry(std::uint32_t seq) {
        return {"CA1", seq, "d", core::Answer::of({{"n", seq}}, clock_.now())};
    }
    // What opening the store is refused with.
    std::string refusal() {
        try {
            open();
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    core::TemporaryFolder folder_{"switchhook-store"};
    core::ManualClock clock_{core::Time(1'772'490'600'000ms)};
    core::Log log_{{}, [](std::string_view) {}};
    boost::asio::io_context context_;
};

}  // namespace

TEST_F(SqliteStoreTest, KeepsEverythingWhenItIsOpenedAgain) {
    {
        auto storage = open();
        auto& store = storage.store;
        EXPECT_TRUE(tests::run(context_, store->append(entry(1))));
        EXPECT_TRUE(tests::run(context_, store->set("lexi", "key", "value", {})));
    }
    auto storage = open();
    auto& store = storage.store;
    EXPECT_EQ(tests::run(context_, store->journal("CA1"))->at(0).answer.value["n"], 1);
    EXPECT_EQ(tests::run(context_, store->get("lexi", "key")).value(), Json("value"));
    EXPECT_EQ(tests::run(context_, store->append(entry(1))).error(), core::Errc::already_answered);
}

TEST_F(SqliteStoreTest, KeepsAHundredAnswersThatComeAtOnce) {
    auto storage = open();
    auto& store = storage.store;
    std::vector<tests::Awaited<core::Result<void>>> appended;
    for (std::uint32_t seq = 1; seq <= 100; ++seq) appended.emplace_back(context_, store->append(entry(seq)));
    for (auto& one : appended) EXPECT_TRUE(tests::wait_for(context_, one));
    EXPECT_EQ(tests::run(context_, store->journal("CA1"))->size(), 100u);
}

TEST_F(SqliteStoreTest, KeepsTheRestOfABatchInWhichOneIsRefused) {
    auto storage = open();
    auto& store = storage.store;
    std::vector<tests::Awaited<core::Result<void>>> appended;
    for (std::uint32_t seq : {1U, 1U, 2U}) appended.emplace_back(context_, store->append(entry(seq)));
    EXPECT_TRUE(tests::wait_for(context_, appended[0]));
    EXPECT_EQ(tests::wait_for(context_, appended[1]).error(), core::Errc::already_answered);
    EXPECT_TRUE(tests::wait_for(context_, appended[2]));
}

TEST_F(SqliteStoreTest, ForgetsWhatHasExpiredWhenItIsOpened) {
    tests::run(context_, open().store->set("lexi", "key", "value", 60s));
    clock_.advance(61s);
    open();
    store::SqliteDatabase database(folder_.path() / "switchhook.db");
    EXPECT_EQ(database.number("SELECT count(*) FROM kv"), 0);
}

TEST_F(SqliteStoreTest, KeepsTheCallsOfAnEngineThatKeptThemById) {
    open();
    {
        store::SqliteDatabase database(folder_.path() / "switchhook.db");
        database.run(
            "DROP TABLE settings;"
            "DROP TABLE outcomes;"
            "DROP TABLE calls;"
            "CREATE TABLE calls (id TEXT NOT NULL PRIMARY KEY, info TEXT NOT NULL, flow TEXT NOT NULL,"
            " version TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER, status TEXT NOT NULL)"
            " STRICT, WITHOUT ROWID;"
            "CREATE INDEX calls_by_start ON calls (started);"
            "INSERT INTO calls VALUES ('CA1', '{\"id\": \"CA1\"}', 'lexi', 'v1', 2, NULL, '');"
            "INSERT INTO calls VALUES ('CA2', '{\"id\": \"CA2\"}', 'lexi', 'v2', 1, 3, 'completed');"
            "INSERT INTO calls VALUES ('SM3', '{\"id\": \"SM3\", \"message\": {\"body\": \"Hi\"}}', 'lexi', 'v2', 1, "
            "3, 'x');"
            "PRAGMA user_version = 3");
    }
    auto storage = open();
    EXPECT_EQ(tests::run(context_, storage.store->find_call("CA1")).value()->version, "v1");
    EXPECT_EQ(tests::run(context_, storage.store->find_call("CA2")).value()->status, "completed");
    auto texts = tests::run(context_, storage.store->calls({.texts = true})).value();
    ASSERT_EQ(texts.size(), 1u);
    EXPECT_EQ(texts[0].info.id, "SM3");
    core::CallRecord again;
    again.info.id = "CA1";
    EXPECT_EQ(tests::run(context_, storage.store->open_call(again)).error(), core::Errc::conflict);
    EXPECT_TRUE(tests::run(context_, storage.store->close_call("CA1", clock_.now(), "completed")));
}

TEST_F(SqliteStoreTest, LeavesTheFileOfANewerEngineAlone) {
    open();
    {
        store::SqliteDatabase database(folder_.path() / "switchhook.db");
        database.run("PRAGMA user_version = 1000");
    }
    EXPECT_THAT(refusal(), HasSubstr("it was written by a newer Switchhook"));
}

TEST_F(SqliteStoreTest, SaysWhichFileItCannotUse) {
    std::ofstream(folder_.path() / "switchhook.db") << "this is no database, whatever its name says";
    EXPECT_THAT(refusal(), HasSubstr("switchhook.db"));
    EXPECT_THAT(refusal(), HasSubstr("not a database"));
}
