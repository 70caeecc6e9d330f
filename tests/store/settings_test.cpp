#include "core/log.hpp"
#include "core/temporary_folder.hpp"
#include "store/memory_settings.hpp"
#include "store/postgres_server.hpp"
#include "store/postgres_settings.hpp"
#include "store/sqlite_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Errc;
using core::Json;
using core::NumberSettings;
using core::SettingsChange;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

const core::Time now{1'772'490'600'000ms};

struct InMemory {
    store::MemorySettings settings;
    core::Settings& others = settings;
};

struct InSqlite {
    core::TemporaryFolder folder{"switchhook-settings"};
    core::Log log{{}, [](std::string_view) {}};
    store::SqliteFile file{folder.path(), log};
    store::SqliteFile file_of_others{folder.path(), log};
    store::SqliteSettings settings{file, log};
    store::SqliteSettings others{file_of_others, log};
};

struct InPostgres {
    // Starting one takes two seconds: the tests share it.
    static tests::PostgresServer& server() {
        static tests::PostgresServer started;
        return started;
    }
    core::Log log{{}, [](std::string_view) {}};
    store::PostgresSettings settings{server().url(), log};
    store::PostgresSettings others{server().url(), log};

    InPostgres() { store::PostgresConnection(server().url()).run_script("TRUNCATE switchhook.settings"); }
};

// What every store of settings keeps to. `others` is what another process has of the same store.
template <class Kind>
class SettingsTest : public testing::Test {
protected:
    core::Result<void> put(const std::string& number, std::uint64_t revision, const Json& values,
                           const std::string& what = "set „front_desk“") {
        return settings_.put({number, values, revision}, what, now);
    }

    Kind kind_;
    core::Settings& settings_ = kind_.settings;
    core::Settings& others_ = kind_.others;
};

using Kinds = testing::Types<InMemory, InSqlite, InPostgres>;
TYPED_TEST_SUITE(SettingsTest, Kinds);

const Json desk = {{"front_desk", "+15550151"}};
const Json other_desk = {{"front_desk", "+15550152"}, {"seats", 12.5}, {"open", true}};

}  // namespace

TYPED_TEST(SettingsTest, KeepWhatIsSetForEachNumber) {
    EXPECT_THAT(this->settings_.current().value(), IsEmpty());
    ASSERT_TRUE(this->put("+15550101", 0, other_desk));
    ASSERT_TRUE(this->put("+15550100", 0, Json::object()));
    ASSERT_TRUE(this->put("+15550100", 1, desk));
    EXPECT_THAT(this->others_.current().value(),
                ElementsAre(NumberSettings{"+15550100", desk, 2}, NumberSettings{"+15550101", other_desk, 1}));
}

TYPED_TEST(SettingsTest, AreChangedByWhoKnowsWhatIsSet) {
    EXPECT_EQ(this->put("+15550100", 3, desk).error(), Errc::conflict);
    EXPECT_THAT(this->settings_.current().value(), IsEmpty());
    ASSERT_TRUE(this->put("+15550100", 0, desk));
    EXPECT_EQ(this->put("+15550100", 0, other_desk).error(), Errc::conflict);
    ASSERT_TRUE(this->others_.put({"+15550100", other_desk, 1}, "set seats, open", now));
    EXPECT_EQ(this->put("+15550100", 1, desk).error(), Errc::conflict);
    EXPECT_EQ(this->put("+15550100", 3, desk).error(), Errc::conflict);
    EXPECT_THAT(this->settings_.current().value(), ElementsAre(NumberSettings{"+15550100", other_desk, 2}));
}

TYPED_TEST(SettingsTest, RememberHowTheyCameAbout) {
    ASSERT_TRUE(this->put("+15550100", 0, desk));
    ASSERT_TRUE(this->put("+15550101", 0, Json::object()));
    ASSERT_TRUE(this->put("+15550100", 1, other_desk, "set seats"));
    EXPECT_THAT(
        this->others_.history("+15550100").value(),
        ElementsAre(SettingsChange{1, "set „front_desk“", now, desk}, SettingsChange{2, "set seats", now, other_desk}));
    EXPECT_THAT(this->others_.history("+15550109").value(), IsEmpty());
}

TYPED_TEST(SettingsTest, TellWhoWaitsThatTheyHaveChanged) {
    std::stop_source stop;
    EXPECT_TRUE(this->settings_.wait_for_change(stop.get_token(), 10s));  // for what came before
    EXPECT_FALSE(this->settings_.wait_for_change(stop.get_token(), 1ms));
    std::atomic<bool> told = false;
    std::thread waiting([&] { told = this->settings_.wait_for_change(stop.get_token(), 10s); });
    EXPECT_TRUE(this->others_.put({"+15550100", desk}, "set front_desk", now));
    waiting.join();
    EXPECT_TRUE(told);
    EXPECT_EQ(this->settings_.current().value().size(), 1U);
}

TYPED_TEST(SettingsTest, LetNobodyWaitWhoIsToldToStop) {
    std::stop_source stop;
    this->settings_.wait_for_change(stop.get_token(), 10s);
    auto began = std::chrono::steady_clock::now();
    std::thread waiting([&] { this->settings_.wait_for_change(stop.get_token(), 60s); });
    stop.request_stop();
    waiting.join();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST(PostgresSettings, AreWatchedAgainWhenTheServerIsBack) {
    tests::PostgresServer server;
    core::Log log{{}, [](std::string_view) {}};
    store::PostgresSettings settings(server.url(), log);
    std::stop_source stop;
    EXPECT_TRUE(settings.wait_for_change(stop.get_token(), 10s));
    server.stop();
    EXPECT_FALSE(settings.wait_for_change(stop.get_token(), 1ms));
    EXPECT_EQ(settings.current().error(), Errc::unavailable);
    server.start();
    EXPECT_TRUE(settings.wait_for_change(stop.get_token(), 10s));
    EXPECT_TRUE(settings.put({"+15550100", desk}, "set front_desk", now));
    EXPECT_EQ(settings.current().value().size(), 1U);
}
