#include "integration/engine_fixture.hpp"
#include "store/postgres_server.hpp"
#include "store/sqlite_file.hpp"
#include "store/sqlite_store.hpp"

#include <cerrno>
#include <cstring>
#include <future>
#include <sys/resource.h>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* person = "+15550190</Number>";  // in the flow's fallback

// The engine's disk takes no more: its files may not grow. What it has written before, it can write again.
class FullDisk : public EngineTest {
protected:
    void let_files_grow(bool grow) {
        auto now = std::filesystem::file_size(folder / "data/switchhook.db-wal");
        rlimit limit{grow ? RLIM_INFINITY : now, RLIM_INFINITY};
        ASSERT_EQ(prlimit(engine->pid(), RLIMIT_FSIZE, &limit, nullptr), 0) << std::strerror(errno);
    }

    // What is in the file. REQUIRES: the engine has ended.
    std::size_t answers_of(int n) {
        store::SqliteFile file(folder / "data", log_);
        store::SqliteStore store(file, clock_);
        return run(context, store.journal(sid(n)))->size();
    }
    bool has_call(int n) {
        store::SqliteFile file(folder / "data", log_);
        store::SqliteStore store(file, clock_);
        return run(context, store.find_call(sid(n)))->has_value();
    }

    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    core::SystemClock clock_;
};

class PostgresTrouble : public EngineTest {
protected:
    void SetUp() override {
        EngineTest::SetUp();
        serve({"--store", postgres_.uri()});
    }

    // Does it on another thread. The fixture's own connection is then in use.
    template <class Work>
    static auto meanwhile(Work work) {
        return std::async(std::launch::async, work);
    }
    void wait_until_it_is_missed() {
        ASSERT_TRUE(eventually([&] { return engine->err().find("trying again") != std::string::npos; }));
    }

    PostgresServer postgres_;
};

}  // namespace

TEST_F(FullDisk, HasAPersonTakeCallsAndIsOverOnceThereIsRoomAgain) {
    serve();
    EXPECT_THAT(ring(1), HasSubstr("Hello"));
    EXPECT_THAT(ring(2), HasSubstr("Hello"));
    let_files_grow(false);
    EXPECT_THAT(ring(3), HasSubstr(person)) << "a call that cannot be kept is not begun";
    EXPECT_THAT(press(1, 1, "5"), HasSubstr(person)) << "an answer that cannot be kept leads nowhere";
    EXPECT_FALSE(engine->ended());
    EXPECT_THAT(engine->err(), HasSubstr("the store cannot write"));
    let_files_grow(true);
    EXPECT_THAT(ring(4), HasSubstr("Hello"));
    EXPECT_THAT(press(2, 1, "7"), HasSubstr("you pressed 7"));

    engine.reset();
    EXPECT_EQ(answers_of(1), 0U);
    EXPECT_EQ(answers_of(2), 1U);
    EXPECT_FALSE(has_call(3));
    serve();
    EXPECT_THAT(press(4, 1, "8"), HasSubstr("you pressed 8"));
    EXPECT_THAT(engine->err(), Not(HasSubstr("cannot be rebuilt")));
}

TEST_F(PostgresTrouble, HasCallersWaitForAServerThatIsStartedAgain) {
    EXPECT_THAT(ring(1), HasSubstr("Hello"));
    postgres_.stop();
    auto pressed = meanwhile([&] { return press(1, 1, "5"); });
    wait_until_it_is_missed();
    postgres_.start();
    EXPECT_THAT(pressed.get(), HasSubstr("you pressed 5"));
    EXPECT_THAT(ring(2), HasSubstr("Hello"));
    EXPECT_THAT(engine->err(), Not(HasSubstr("fallback")));
}

TEST_F(PostgresTrouble, HasAPersonTakeCallsUntilAServerIsStartedAgain) {
    EXPECT_THAT(ring(1), HasSubstr("Hello"));
    postgres_.stop();
    EXPECT_THAT(ring(2), HasSubstr(person)) << "when it has waited for as long as Twilio lets it";
    EXPECT_THAT(ring(3), HasSubstr(person));
    postgres_.start();
    EXPECT_THAT(ring(4), HasSubstr("Hello"));
    EXPECT_THAT(press(1, 1, "5"), HasSubstr("you pressed 5"));
}

// As where packets are lost, not refused: nobody says that the server is gone.
TEST_F(PostgresTrouble, HasAPersonTakeCallsInTimeWhileTheServerSaysNothing) {
    EXPECT_THAT(ring(1), HasSubstr("Hello"));
    EXPECT_THAT(ring(2), HasSubstr("Hello"));
    postgres_.freeze();
    const auto began = std::chrono::steady_clock::now();
    auto rung = meanwhile([&] { return ring(3); });
    boost::asio::io_context own;
    net::HttpClient other;
    auto form = call_form(sid(1), {{"CallStatus", "in-progress"}, {"Digits", "5"}});
    auto request = signed_request("/twilio/continue/1", form);
    request.allow_private = true;
    auto pressed = run(own, other.send(std::move(request)));
    EXPECT_THAT(rung.get(), HasSubstr(person));
    ASSERT_TRUE(pressed);
    EXPECT_THAT(pressed->body, HasSubstr(person));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15)) << "Twilio waits no longer";
    postgres_.thaw();
    EXPECT_THAT(ring(4), HasSubstr("Hello"));
    EXPECT_THAT(press(2, 1, "7"), HasSubstr("you pressed 7"));
}
