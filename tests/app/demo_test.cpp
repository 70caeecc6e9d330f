#include "app/child_process.hpp"
#include "core/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

using namespace switchhook;
using namespace switchhook::app;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

// Runs `switchhook demo` in a folder of its own, with its temporary files in another.
class DemoTest : public ::testing::Test {
protected:
    DemoTest() { fs::create_directory(temporary_); }

    void start(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"demo", "--fast"});
        demo_ = std::make_unique<ChildProcess>(ChildProcess::Options{.program = BINARY_DIR "/switchhook",
                                                                     .arguments = std::move(arguments),
                                                                     .environment = {"TMPDIR=" + temporary_.string()},
                                                                     .folder = folder_.path(),
                                                                     .log = folder_.path() / "output"});
    }

    std::string output() const { return read(folder_.path() / "output"); }

    // Looks every now and then until it is so, or a minute and a half is over.
    template <class Condition>
    bool becomes(Condition condition) {
        for (auto until = std::chrono::steady_clock::now() + 90s; std::chrono::steady_clock::now() < until;) {
            if (condition()) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

    int exit_code() {
        becomes([&] { return demo_->exit_code().has_value(); });
        return demo_->exit_code().value_or(-1);
    }

    int run(std::vector<std::string> arguments) {
        start(std::move(arguments));
        return exit_code();
    }

    // Writes a scenario, and gives its path.
    std::string scenario(const std::string& text) {
        auto path = folder_.path() / "story.lua";
        std::ofstream(path) << text;
        return path.string();
    }

    core::TemporaryFolder folder_{"switchhook-demo-test"};
    fs::path temporary_ = folder_.path() / "tmp";
    std::unique_ptr<ChildProcess> demo_;
};

constexpr auto flows = SOURCE_DIR "/flows";

}  // namespace

TEST_F(DemoTest, PlaysItsCallsTextsAndEdits) {
    auto before = read(fs::path(flows) / "concya/flow.lua");
    EXPECT_EQ(run({"--once", "--flows", flows}), 0) << output();
    EXPECT_THAT(output(), HasSubstr("Ada  hears \"Your table is booked. We look forward to seeing you!\""));
    EXPECT_THAT(output(), HasSubstr("Ada  receives the text \"Concya: A table for 4 "));
    EXPECT_THAT(output(), AllOf(HasSubstr("the assistant is interrupted after "), HasSubstr("is told {\"booked\":true"),
                                HasSubstr("Grace  receives the text \"Concya: A table for 4 ")));
    EXPECT_THAT(output(), AllOf(HasSubstr("Ann  hears \"That is a cleaning for Ann Lee "),
                                HasSubstr("the web server is sent POST /api/booking/appointments {"),
                                HasSubstr("Ann  hears \"You are booked. Goodbye!\"")));
    for (const std::string name : {"concya", "lexi"}) {
        EXPECT_THAT(read(folder_.path() / "demo" / (name + ".wav")).substr(0, 4), "RIFF");
        auto words = read(folder_.path() / "demo" / (name + ".txt"));
        EXPECT_THAT(words, AllOf(HasSubstr("the assistant is interrupted after "), Not(HasSubstr("Ben  hears"))));
    }
    EXPECT_THAT(
        read(folder_.path() / "demo/lexi.txt"),
        AllOf(HasSubstr("Ann → Ascend Dental"), HasSubstr("uses create_appointment"), Not(HasSubstr("Concya"))));
    EXPECT_THAT(output(), AllOf(HasSubstr("kill -9: the engine is gone"), HasSubstr("the engine is started again"),
                                HasSubstr("the carrier repeats its last webhook, and gets the same document"),
                                HasSubstr("Hal  receives the text \"Concya: A table for 2 ")));
    EXPECT_THAT(output(), HasSubstr("Ben  hears \"We are closed now, and open again "));
    EXPECT_THAT(output(), HasSubstr("Cleo  receives \"We are at 12 Lake Road, right by the pier.\""));
    EXPECT_THAT(output(), HasSubstr("Ask for our truffle menu!"));
    EXPECT_THAT(output(),
                ContainsRegex("concya/flow.lua:[0-9]+: an Opening has no `say_huors`: did you mean `say_hours`"));
    EXPECT_THAT(output(), HasSubstr("Everything went as expected."));
    EXPECT_EQ(read(fs::path(flows) / "concya/flow.lua"), before);
    EXPECT_TRUE(fs::is_empty(temporary_));
}

TEST_F(DemoTest, FailsWhereACallDiffersFromTheScenario) {
    auto story = scenario(
        "local caller = call { from = '+12025550142', to = '+15550100' }\n"
        "caller:hears('Welcome to the bakery')\n");
    EXPECT_EQ(run({"--once", "--flows", flows, "--scenario", story}), 1) << output();
    EXPECT_THAT(output(), HasSubstr("story.lua:2: expected the caller to hear \"Welcome to the bakery\""));
    EXPECT_THAT(output(), Not(HasSubstr("Everything went as expected.")));
    EXPECT_TRUE(fs::is_empty(temporary_));
}

TEST_F(DemoTest, FailsWhereACallDoesNotSurviveTheEngine) {
    auto story = scenario(
        "local caller = call { from = '+12025550142', to = '+15550100' }\n"
        "engine:is_killed()\n"
        "caller:presses('2')\n"
        "caller:hears('Our hours')\n");
    EXPECT_EQ(run({"--once", "--flows", flows, "--scenario", story}), 1) << output();
    EXPECT_THAT(output(), AllOf(HasSubstr("the engine is gone"),
                                HasSubstr("story.lua:4: expected the caller to hear \"Our hours\"")));
}

TEST_F(DemoTest, EndsInTheMiddleOfAConversation) {
    auto story = scenario(
        "local host = assistant()\n"
        "local caller = call { from = '+12025550142', to = '+15550102' }\n"
        "caller:is_answered_by(host)\n"
        "host:says('Welcome to Concya!')\n"
        "host:is_given('something that it has not')\n");
    EXPECT_EQ(run({"--once", "--flows", flows, "--scenario", story}), 1) << output();
    EXPECT_TRUE(fs::is_empty(temporary_));
}

TEST_F(DemoTest, StaysUpUntilItIsTold) {
    auto story = scenario("call { from = '+12025550142', to = '+15550100' }:hangs_up()\n");
    start({"--flows", flows, "--scenario", story});
    ASSERT_TRUE(becomes([&] { return output().find("X-Twilio-Signature: ") != std::string::npos; })) << output();
    EXPECT_THAT(output(), AllOf(HasSubstr("switchhook call concya --flows "), HasSubstr("switchhook flows --data ")));
    EXPECT_FALSE(demo_->exit_code());
    EXPECT_FALSE(fs::is_empty(temporary_));
    demo_.reset();
    EXPECT_TRUE(fs::is_empty(temporary_));
}

TEST_F(DemoTest, SaysWhatItMisses) {
    EXPECT_EQ(run({"--once", "--flows", "no_such_folder"}), 3);
    EXPECT_THAT(output(), HasSubstr("switchhook: there is no folder `no_such_folder`: name the folder of your flows"));
}

TEST_F(DemoTest, SaysThatItsPortIsTaken) {
    boost::asio::io_context context;
    boost::asio::ip::tcp::acceptor taken(context, {boost::asio::ip::address_v4::loopback(), 0});
    auto port = std::to_string(taken.local_endpoint().port());
    EXPECT_EQ(run({"--once", "--flows", flows, "--port", port}), 3);
    EXPECT_THAT(output(), HasSubstr("switchhook: port " + port + " is taken"));
}
