#include "integration/engine_fixture.hpp"
#include "net/workers.hpp"
#include "store/postgres_server.hpp"
#include "store/sqlite_file.hpp"
#include "store/sqlite_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

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

    // Sends a webhook; what answers it, whenever that comes.
    std::future<std::string> send_meanwhile(const std::string& path, const net::Form& form) {
        auto request = signed_request(path, form);
        request.allow_private = true;
        request.timeout = std::chrono::seconds(20);  // more than Twilio's
        return boost::asio::co_spawn(workers_.executor(0), answer_to(std::move(request)), boost::asio::use_future);
    }
    std::future<std::string> ring_meanwhile(int n) {
        return send_meanwhile("/twilio/voice", call_form(sid(n), {{"CallStatus", "ringing"}}));
    }
    std::future<std::string> press_meanwhile(int n, const std::string& digits) {
        return send_meanwhile("/twilio/continue/1",
                              call_form(sid(n), {{"CallStatus", "in-progress"}, {"Digits", digits}}));
    }
    boost::asio::awaitable<std::string> answer_to(net::ClientRequest request) {
        auto response = co_await other_client_.send(std::move(request));
        co_return response ? response->body : response.error().message();
    }
    void wait_until_it_is_missed() {
        ASSERT_TRUE(eventually([&] { return engine->err().find("trying again") != std::string::npos; }));
    }

    PostgresServer postgres_;
    net::HttpClient other_client_;
    net::Workers workers_{{.count = 1}};
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
    auto pressed = post("/twilio/continue/1/1", call_form(sid(4), {{"CallStatus", "in-progress"}, {"Digits", "8"}}));
    EXPECT_THAT(pressed, HasSubstr("you pressed 8"));
    EXPECT_THAT(engine->err(), Not(HasSubstr("cannot be rebuilt")));
}

TEST_F(PostgresTrouble, HasCallersWaitForAServerThatIsStartedAgain) {
    EXPECT_THAT(ring(1), HasSubstr("Hello"));
    postgres_.stop();
    auto pressed = press_meanwhile(1, "5");
    wait_until_it_is_missed();
    postgres_.start();
    EXPECT_THAT(pressed.get(), HasSubstr("you pressed 5"));
    EXPECT_THAT(ring(2), HasSubstr("Hello"));
    EXPECT_THAT(engine->err(), Not(HasSubstr("fallback")));
}

TEST_F(PostgresTrouble, HasAPersonTakeCallsUntilAServerIsStartedAgain) {
    EXPECT_THAT(ring(1), HasSubstr("Hello"));
    postgres_.stop();
    EXPECT_THAT(ring_meanwhile(2).get(), HasSubstr(person)) << "once it has waited for as long as Twilio lets it";
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
    auto rung = ring_meanwhile(3);
    auto pressed = press_meanwhile(1, "5");
    EXPECT_THAT(rung.get(), HasSubstr(person));
    EXPECT_THAT(pressed.get(), HasSubstr(person));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15)) << "Twilio waits no longer";
    postgres_.thaw();
    EXPECT_THAT(ring(4), HasSubstr("Hello"));
    EXPECT_THAT(press(2, 1, "7"), HasSubstr("you pressed 7"));
}
