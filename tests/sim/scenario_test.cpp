#include "sim/scenario.hpp"

#include "sim/carrier_api.hpp"
#include "sim/hook.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <unistd.h>

using namespace switchhook;
using namespace switchhook::sim;
using sim::testing::Hook;
using sim::testing::token;
using sim::testing::twiml;
using sim::testing::Webhook;
using ::testing::Contains;
using ::testing::HasSubstr;

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

// A restaurant's server, as small as it can be.
net::Response restaurant(const Webhook& webhook) {
    const auto& form = webhook.form;
    auto path = webhook.target.substr(0, webhook.target.find('?'));
    if (path == "/voice" && form.get("To") == "+14155550198") return twiml("<Reject reason='busy'/>");
    if (path == "/voice")
        return twiml(
            "<Gather action='/menu' input='dtmf speech' numDigits='2'><Say>Welcome to Concya.</Say>"
            "<Say>Press 1 for the kitchen.</Say></Gather><Say>Goodbye.</Say>");
    if (path == "/menu" && form.get("Digits") == "1")
        return twiml("<Dial action='/dialled'><Number url='/whisper'>+14155550100</Number></Dial>");
    if (path == "/menu" && form.get("Digits") == "2") return twiml("<Enqueue action='/served'>tables</Enqueue>");
    if (path == "/menu" && form.get("Digits") == "3") return twiml("<Record action='/recorded'/><Say>Nothing.</Say>");
    if (path == "/menu") return twiml("<Say>You said " + std::string(form.get("SpeechResult")) + ".</Say>");
    if (path == "/whisper") return twiml("<Say>A guest calls.</Say>");
    if (path == "/dialled") return twiml("<Say>It was " + std::string(form.get("DialCallStatus")) + ".</Say>");
    if (path == "/served") return twiml("<Say>Queue: " + std::string(form.get("QueueResult")) + ".</Say>");
    if (path == "/recorded") return twiml("<Say>" + std::string(form.get("RecordingDuration")) + " seconds.</Say>");
    if (path == "/sms") return twiml("<Message>We open at noon.</Message>");
    return twiml("");
}

class ScenarioTest : public ::testing::Test {
protected:
    ScenarioTest() {
        flows_ = fs::temp_directory_path() / ("scenario_test." + std::to_string(getpid()));
        fs::create_directories(flows_);
    }
    ~ScenarioTest() override {
        api_.reset();
        fs::remove_all(flows_);
    }

    // Runs a scenario; empty if it passed.
    std::string run(const std::string& text, Hook::Answer answer = restaurant) {
        hook_ = std::make_unique<Hook>(std::move(answer));
        status_ = std::make_unique<net::HttpServer>(
            workers_, net::HttpServer::Options{},
            [this](net::Request) -> asio::awaitable<net::Response> { co_return net::json_response(200, numbers()); },
            log_);
        std::unique_ptr<Scenario> scenario;
        Carrier::Options options;
        options.webhooks.auth_token = token;
        options.settings = {
            .voice_url = hook_->url("/voice"), .status_callback = hook_->url("/status"), .sms_url = hook_->url("/sms")};
        options.on_event = [&](const CarrierCall& call, const CallEvent& event) { scenario->show(call, event); };
        Carrier carrier(std::move(options));
        scenario = std::make_unique<Scenario>(
            carrier, Scenario::Options{.source = {"demo.lua", text},
                                       .flows = flows_,
                                       .status_url = "http://127.0.0.1:" + std::to_string(status_->port()) + "/flows",
                                       .print = [this](std::string_view line) { lines_.emplace_back(line); }});
        auto failure = asio::co_spawn(workers_.executor(0), scenario->run(), asio::use_future).get();
        status_.reset();
        return failure;
    }

    // What the engine would tell of its numbers: the version is the file's content.
    core::Json numbers() const {
        std::ifstream file(flows_ / "flow.lua");
        std::string content{std::istreambuf_iterator<char>(file), {}};
        bool broken = content.find("broken") != std::string::npos;
        return {{"numbers", core::Json::array({{{"number", "+14155550199"},
                                                {"version", broken ? "1" : std::to_string(content.size())},
                                                {"error", broken ? "flow.lua:1: broken" : ""}}})}};
    }

    core::Log log_{{}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    fs::path flows_;
    std::unique_ptr<Hook> hook_;
    std::unique_ptr<net::HttpServer> status_;
    std::unique_ptr<CarrierApi> api_;
    std::vector<std::string> lines_;
};

constexpr auto begin = "local caller = call { from = '+14155550142', to = '+14155550199', name = 'Concya' }\n";

}  // namespace

TEST_F(ScenarioTest, TellsACallAsItHappens) {
    EXPECT_EQ(run(std::string(begin) + R"(
        caller:hears("welcome to concya. press 1")
        caller:does_not_hear("goodbye")
        caller:presses("1#")
        caller:is_put_through_to("+14155550100")
        dial:whispers("a guest calls")
        dial:answers({ seconds = 5 })
        caller:hears_exactly("It was completed.")
        caller:is_hung_up())"),
              "");
    EXPECT_EQ(lines_[0], "☎  +14155550142 → Concya");
    EXPECT_THAT(lines_, Contains("   …0142  hears \"Welcome to Concya.\""));
    EXPECT_THAT(lines_, Contains("   …0142  presses \"1#\""));
    EXPECT_THAT(lines_, Contains("   …0142  is put through to +14155550100"));
    EXPECT_THAT(lines_, Contains("   …0142  is hung up"));
}

TEST_F(ScenarioTest, LetsWhoeverIsDialledTurnTheCallerAway) {
    EXPECT_EQ(run(std::string(begin) + R"(
        caller:presses("1#")
        caller:is_put_through_to("+14155550100")
        dial:is_busy()
        caller:hears("It was busy."))"),
              "");
}

TEST_F(ScenarioTest, LetsAConversationGoByThatNobodySaysMoreOf) {
    EXPECT_EQ(run(std::string(begin) + R"(
        caller:presses("1#")
        caller:is_put_through_to("+14155550100")
        caller:hears("It was completed."))"),
              "");
}

TEST_F(ScenarioTest, SpeaksWaitsRecordsAndHangsUp) {
    EXPECT_EQ(run(std::string(begin) + R"(
        caller:says("a table for four")
        caller:hears("You said a table for four.")

        local silent = call { from = "+14155550143", to = "+14155550199" }
        local third = call { from = "+14155550144", to = "+14155550199" }
        silent:says_nothing()
        silent:hears("Goodbye.")
        third:presses("2#")
        third:is_queued_in("tables")
        queue:answers()
        third:hears("Queue: bridged.")

        local fourth = call { from = "+14155550145", to = "+14155550199" }
        fourth:presses("3#")
        fourth:leaves_a_recording({ seconds = 9 })
        fourth:hears("9 seconds.")

        local fifth = call { from = "+14155550146", to = "+14155550199", repeats = true }
        fifth:has_the_last_webhook_repeated()
        fifth:hangs_up()

        call { from = "+14155550147", to = "+14155550198" }:is_rejected("busy")
        local texter = text { from = "+14155550142", to = "+14155550199", body = "HOURS" }
        texter:receives("noon"))"),
              "");
}

TEST_F(ScenarioTest, EndsAtTheFirstLineThatDiffers) {
    EXPECT_EQ(run(std::string(begin) + "caller:hears('press 2')"),
              "demo.lua:2: expected the caller to hear \"press 2\", but heard: "
              "\"Welcome to Concya. Press 1 for the kitchen.\"");
    EXPECT_EQ(run(std::string(begin) + "caller:is_hung_up()"),
              "demo.lua:2: expected the business to hang up, but the business waits for keys or speech");
    EXPECT_EQ(run(std::string(begin) + "caller:is_put_through_to('+14155550100')"),
              "demo.lua:2: expected the caller to be put through to +14155550100, "
              "but the business waits for keys or speech");
    EXPECT_EQ(run("text { from = '+14155550142', to = '+14155550199', body = 'x' }:receives('midnight')"),
              "demo.lua:1: expected the texter to receive \"midnight\", but received: \"We open at noon.\"");
}

TEST_F(ScenarioTest, NamesWhatIsWrongInTheScenarioItself) {
    EXPECT_THAT(run("call { form = '+14155550142' }"), HasSubstr("demo.lua:1: option form is not known"));
    EXPECT_THAT(run("call { from = '+14155550142' }"), HasSubstr("demo.lua:1: option to is missing"));
    EXPECT_THAT(run(std::string(begin) + "caller:shouts('hi')"), HasSubstr("demo.lua:2: caller:shouts is not known"));
    EXPECT_THAT(run("local = 1"), HasSubstr("demo.lua:1:"));
    EXPECT_THAT(run("dial:is_busy()"), HasSubstr("nobody was put through yet"));
}

TEST_F(ScenarioTest, FailsWhereTheServerForgetsThatAWebhookWasAnswered) {
    auto forgetful = [n = 0](const Webhook&) mutable {
        return twiml("<Gather/><Say>" + std::to_string(++n) + "</Say>");
    };
    EXPECT_THAT(run("call { from = '+14155550142', to = '+14155550199', repeats = true }", forgetful),
                HasSubstr("demo.lua:1: the repeated webhook got another document"));
}

TEST_F(ScenarioTest, EditsAFlowAndWaitsUntilItIsLive) {
    std::ofstream(flows_ / "flow.lua") << "old words";
    EXPECT_EQ(run(R"(
        narrate("The restaurant changes its greeting.")
        edit { file = "flow.lua", replace = "old", with = "entirely new" }
        wait_until_live("+14155550199"))"),
              "");
    std::ifstream file(flows_ / "flow.lua");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "entirely new words");
    EXPECT_THAT(lines_, Contains("── The restaurant changes its greeting."));
    EXPECT_THAT(lines_, Contains(HasSubstr("flow.lua: \"old\" becomes \"entirely new\"")));
}

TEST_F(ScenarioTest, SeesABrokenEditRefused) {
    std::ofstream(flows_ / "flow.lua") << "x";
    EXPECT_EQ(run(R"(
        edit { file = "flow.lua", replace = "x", with = "broken" }
        local report = wait_until_refused("+14155550199")
        assert(report == "flow.lua:1: broken", report))"),
              "");
}

TEST_F(ScenarioTest, EditsNothingOutsideOfTheFlowsFolder) {
    std::ofstream(flows_ / "flow.lua") << "x";
    EXPECT_THAT(run("edit { file = '../elsewhere.lua', replace = 'a', with = 'b' }"),
                HasSubstr("demo.lua:1: ../elsewhere.lua is not inside of the flows folder"));
    EXPECT_THAT(run("edit { file = 'flow.lua', replace = 'missing', with = 'b' }"),
                HasSubstr("does not contain \"missing\""));
}
