#include "core/log.hpp"
#include "core/temporary_folder.hpp"
#include "core/wait.hpp"
#include "store/memory_versions.hpp"
#include "store/postgres_server.hpp"
#include "store/postgres_versions.hpp"
#include "store/sqlite_versions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Errc;
using core::FlowVersions;
using core::Json;
using core::VersionChange;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

const core::Time now{1'772'490'600'000ms};

struct InMemory {
    boost::asio::io_context context;
    core::ManualClock clock{now};
    store::MemoryStore store{clock};
    store::MemoryVersions versions{store};
    core::Versions& others = versions;

    void open_call(const core::CallRecord& call) { ASSERT_TRUE(core::wait(context, store.open_call(call))); }
    void close_call(const std::string& id) { ASSERT_TRUE(core::wait(context, store.close_call(id, now, "completed"))); }
};

struct InSqlite {
    core::TemporaryFolder folder{"switchhook-versions"};
    core::Log log{{}, [](std::string_view) {}};
    store::SqliteFile file{folder.path(), log};
    store::SqliteFile file_of_others{folder.path(), log};
    store::SqliteVersions versions{file, log};
    store::SqliteVersions others{file_of_others, log};
    store::SqliteDatabase database{folder.path() / "switchhook.db"};

    void open_call(const core::CallRecord& call) {
        database.run("INSERT INTO calls (id, info, flow, version, started, ended, status) VALUES ('" + call.info.id +
                     "', '{}', '" + call.flow + "', '" + call.version + "', 0, NULL, '')");
    }
    void close_call(const std::string& id) { database.run("UPDATE calls SET ended = 1 WHERE id = '" + id + "'"); }
};

struct InPostgres {
    // Starting one takes two seconds: the tests share it.
    static tests::PostgresServer& server() {
        static tests::PostgresServer started;
        return started;
    }
    core::Log log{{}, [](std::string_view) {}};
    store::PostgresVersions versions{server().url(), log};
    store::PostgresVersions others{server().url(), log};
    store::PostgresConnection database{server().url()};

    InPostgres() {
        database.run_script(
            "TRUNCATE switchhook.calls, switchhook.versions, switchhook.flow_versions, switchhook.version_changes");
    }
    void open_call(const core::CallRecord& call) {
        database.run(
            {"INSERT INTO switchhook.calls (id, info, flow, version, started, ended, status) "
             "VALUES ($1, '{}', $2, $3, 0, NULL, '')",
             {call.info.id, call.flow, call.version}});
    }
    void close_call(const std::string& id) {
        database.run({"UPDATE switchhook.calls SET ended = 1 WHERE id = $1", {id}});
    }
};

// What every store of versions keeps to. `others` is what another process has of the same store.
template <class Kind>
class VersionsTest : public testing::Test {
protected:
    static VersionChange change(const std::string& version, VersionChange::Kind kind = VersionChange::Kind::went_live) {
        return {"lexi", "+15550100", version, kind, "edited „lexi/flow.lua“", now};
    }
    core::Result<void> put(const FlowVersions& chosen, const std::string& version) {
        return versions_.put(chosen, change(version), Json{{"name", version}});
    }

    Kind kind_;
    core::Versions& versions_ = kind_.versions;
    core::Versions& others_ = kind_.others;
};

using Kinds = testing::Types<InMemory, InSqlite, InPostgres>;
TYPED_TEST_SUITE(VersionsTest, Kinds);

}  // namespace

TYPED_TEST(VersionsTest, KeepWhatIsChosenForWhom) {
    EXPECT_THAT(this->versions_.chosen().value(), IsEmpty());
    FlowVersions chosen{"lexi", {"A", "B", 10}, {{"+15550100", {"C"}}}, {"D"}};
    ASSERT_TRUE(this->put(chosen, "A"));
    ASSERT_TRUE(this->put({"concya", {"E"}}, "E"));
    chosen.revision = 1;
    auto others = FlowVersions{"concya", {"E"}};
    others.revision = 1;
    EXPECT_THAT(this->others_.chosen().value(), ElementsAre(others, chosen));
}

TYPED_TEST(VersionsTest, AreChangedByWhoKnowsWhatIsChosen) {
    FlowVersions chosen{"lexi", {"A"}};
    ASSERT_TRUE(this->put(chosen, "A"));
    EXPECT_EQ(this->put(chosen, "B").error(), Errc::conflict);
    chosen = this->others_.chosen().value()[0];
    ASSERT_TRUE(this->put(core::published(chosen, "B"), "B"));
    EXPECT_EQ(this->put(core::published(chosen, "C"), "C").error(), Errc::conflict);
    EXPECT_EQ(this->others_.chosen().value()[0].all.live, "B");
    EXPECT_EQ(this->versions_.history("lexi").value().size(), 2u);
    EXPECT_FALSE(this->versions_.sources("lexi", "C").value());
}

TYPED_TEST(VersionsTest, DoNotAppearThroughAConflict) {
    FlowVersions chosen{"lexi", {"A"}};
    chosen.revision = 7;
    EXPECT_EQ(this->put(chosen, "A").error(), Errc::conflict);
    EXPECT_THAT(this->versions_.chosen().value(), IsEmpty());
}

TYPED_TEST(VersionsTest, KeepWhatTheyWereMadeOf) {
    ASSERT_TRUE(this->put({"lexi", {"A"}}, "A"));
    EXPECT_EQ(this->others_.sources("lexi", "A").value(), (Json{{"name", "A"}}));
    EXPECT_FALSE(this->others_.sources("lexi", "B").value());
    EXPECT_FALSE(this->others_.sources("concya", "A").value());
}

TYPED_TEST(VersionsTest, RememberHowTheyCameAbout) {
    FlowVersions chosen{"lexi", {"A"}};
    ASSERT_TRUE(this->put(chosen, "A"));
    chosen.revision = 1;
    auto back = this->change("A", VersionChange::Kind::rolled_back);
    back.number.clear();
    ASSERT_TRUE(this->versions_.put(chosen, back));
    EXPECT_THAT(this->others_.history("lexi").value(), ElementsAre(this->change("A"), back));
    EXPECT_THAT(this->others_.history("concya").value(), IsEmpty());
}

TYPED_TEST(VersionsTest, KnowTheCallsOnThem) {
    auto call = [](const char* id, const char* version) {
        core::CallRecord record;
        record.info.id = id;
        record.flow = "lexi";
        record.version = version;
        return record;
    };
    this->kind_.open_call(call("CA1", "A"));
    this->kind_.open_call(call("CA2", "A"));
    this->kind_.open_call(call("CA3", "B"));
    this->kind_.close_call("CA1");
    this->kind_.close_call("CA3");
    EXPECT_EQ(this->versions_.calls("lexi").value(), (std::map<std::string, std::size_t>{{"A", 1}}));
    EXPECT_TRUE(this->versions_.calls("concya").value().empty());
}

TYPED_TEST(VersionsTest, TellWhoWaitsThatTheyHaveChanged) {
    std::stop_source stop;
    EXPECT_TRUE(this->versions_.wait_for_change(stop.get_token(), 10s));  // for what came before
    EXPECT_FALSE(this->versions_.wait_for_change(stop.get_token(), 1ms));
    std::atomic<bool> told = false;
    std::thread waiting([&] { told = this->versions_.wait_for_change(stop.get_token(), 10s); });
    EXPECT_TRUE(this->others_.put({"lexi", {"A"}}, this->change("A")));
    waiting.join();
    EXPECT_TRUE(told);
    EXPECT_EQ(this->versions_.chosen().value().size(), 1u);
}

TYPED_TEST(VersionsTest, LetNobodyWaitWhoIsToldToStop) {
    std::stop_source stop;
    this->versions_.wait_for_change(stop.get_token(), 10s);
    auto began = std::chrono::steady_clock::now();
    std::thread waiting([&] { this->versions_.wait_for_change(stop.get_token(), 60s); });
    stop.request_stop();
    waiting.join();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST(PostgresVersions, AreWatchedAgainWhenTheServerIsBack) {
    tests::PostgresServer server;
    core::Log log{{}, [](std::string_view) {}};
    store::PostgresVersions versions(server.url(), log);
    std::stop_source stop;
    EXPECT_TRUE(versions.wait_for_change(stop.get_token(), 10s));
    server.stop();
    EXPECT_FALSE(versions.wait_for_change(stop.get_token(), 1ms));
    EXPECT_EQ(versions.chosen().error(), Errc::unavailable);
    server.start();
    EXPECT_TRUE(versions.wait_for_change(stop.get_token(), 10s));
    store::PostgresVersions others(server.url(), log);
    std::thread waiting([&] { EXPECT_TRUE(versions.wait_for_change(stop.get_token(), 10s)); });
    EXPECT_TRUE(others.put({"lexi", {"A"}}, {.flow = "lexi", .version = "A", .what = "edited lexi/flow.lua"}, {}));
    waiting.join();
    EXPECT_EQ(versions.chosen().value().size(), 1u);
}
