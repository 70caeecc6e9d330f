#include "store/log_checkpoint.hpp"

#include "core/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>

using namespace switchhook;
using namespace std::chrono_literals;

namespace {

class LogCheckpointTest : public testing::Test {
protected:
    static constexpr int long_log = 5000;  // pages

    static store::SqliteDatabase open(const std::filesystem::path& file) {
        store::SqliteDatabase database(file);
        database.run("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
        return database;
    }
    void commit(int pages) {
        SqliteStatement insert(writing_, "INSERT INTO t VALUES (?1)");
        insert.with(std::string(static_cast<std::size_t>(pages) * 4096, 'x')).run();
        log_.tend();
    }
    // Whether the log begins anew while commits go on.
    bool gets_short() {
        const auto until = std::chrono::steady_clock::now() + 10s;
        while (log_.pages() >= long_log && std::chrono::steady_clock::now() < until) commit(1);
        return log_.pages() < long_log;
    }

    using SqliteStatement = store::SqliteDatabase::Statement;
    core::TemporaryFolder folder_{"switchhook-log"};
    core::Log logger_{{}, [](std::string_view) {}};
    store::SqliteDatabase writing_ = open(folder_.path() / "db");
    store::LogCheckpoint log_{writing_, folder_.path() / "db", logger_};
};

}  // namespace

TEST_F(LogCheckpointTest, CopiesALongLogIntoTheFileWhileNobodyWaits) {
    commit(long_log);
    const auto until = std::chrono::steady_clock::now() + 10s;
    const auto copied = [&] { return std::filesystem::file_size(folder_.path() / "db") >= long_log * 4096U; };
    while (!copied() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_TRUE(copied());
}

TEST_F(LogCheckpointTest, ShortensTheLogWhileCommitsGoOn) {
    for (int i = 0; i < 3; ++i) {
        commit(long_log);
        ASSERT_GE(log_.pages(), long_log);
        EXPECT_TRUE(gets_short());
    }
    EXPECT_EQ(writing_.number("SELECT count(*) FROM t WHERE length(a) = 5000 * 4096"), 3);
}

TEST_F(LogCheckpointTest, LeavesAReaderWhatItSees) {
    commit(1);
    store::SqliteDatabase reading(folder_.path() / "db");
    reading.run("BEGIN; SELECT count(*) FROM t");
    commit(long_log);
    for (int i = 0; i < 100; ++i) commit(1);
    EXPECT_GE(log_.pages(), long_log);
    EXPECT_EQ(reading.number("SELECT count(*) FROM t"), 1);
    reading.run("COMMIT");
    commit(long_log);  // the next copy begins here
    EXPECT_TRUE(gets_short());
}
