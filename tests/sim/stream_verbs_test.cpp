#include "sim/stream_verbs.hpp"

#include "sim/hook.hpp"
#include "sim/scenario.hpp"
#include "sim/stream_peer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

using namespace switchhook;
using namespace switchhook::sim;
using namespace std::chrono_literals;
using core::Json;
using sim::testing::connect_stream;
using sim::testing::Hook;
using Peer = sim::testing::StreamPeer;
using sim::testing::token;
using sim::testing::twiml;
using sim::testing::Webhook;
using ::testing::Contains;
using ::testing::HasSubstr;

namespace {

namespace asio = boost::asio;

constexpr auto begin = "local ada = call { from = '+14155550142', to = '+14155550199', caller = 'Ada' }\n";

// Scenarios against a server whose calls are one stream, ten times as fast as life.
class StreamVerbsTest : public ::testing::Test {
protected:
    // Empty if the scenario passed.
    std::string run(const std::string& text, Peer::Act act) {
        peer_.emplace(std::move(act));
        hook_ = std::make_unique<Hook>(
            [](const Webhook& webhook) {
                if (webhook.target == "/voice")
                    return twiml(connect_stream(webhook, "", "<Parameter name='token' value='t1'/>") +
                                 "<Say>Goodbye.</Say>");
                return twiml("");
            },
            "", [this](Peer::Socket socket) { return peer_->serve(std::move(socket)); });
        std::unique_ptr<Scenario> scenario;
        Carrier::Options options;
        options.webhooks.auth_token = token;
        options.settings.voice_url = hook_->url("/voice");
        options.stream_speed = 10;
        options.on_event = [&](const CarrierCall& call, const CallEvent& event) { scenario->show(call, event); };
        Carrier carrier(std::move(options));
        carrier_ = &carrier;
        scenario = std::make_unique<Scenario>(
            carrier, Scenario::Options{.source = {"demo.lua", begin + text},
                                       .print = [this](std::string_view line) { lines_.emplace_back(line); }});
        return asio::co_spawn(workers_.executor(0), scenario->run(), asio::use_future).get();
    }

    // The assistant's words, told on the carrier's thread as a model on this machine does.
    void say(std::string text, std::chrono::milliseconds length) {
        auto tell = [](Carrier* carrier, std::string words, std::chrono::milliseconds time) -> asio::awaitable<void> {
            carrier->streaming()->streams().assistant_says(words, time);
            co_return;
        };
        asio::co_spawn(workers_.executor(0), tell(carrier_, std::move(text), length), asio::use_future).get();
    }

    net::Workers workers_{{.count = 1}};
    Carrier* carrier_ = nullptr;
    std::optional<Peer> peer_;
    std::unique_ptr<Hook> hook_;
    std::vector<std::string> lines_;
};

// Waits for a word of the caller's, and for its end: 300 ms of silence.
asio::awaitable<void> hear(Peer& peer, Peer::Socket socket) {
    co_await peer.next_voice(socket);
    for (int silent = 0; silent < 15;) {
        auto media = co_await peer.next(socket, "media");
        if (media.is_null()) co_return;
        silent = media.at("media").at("payload") == Peer::silent_frame() ? silent + 1 : 0;
    }
}

asio::awaitable<void> listen_on(Peer& peer, Peer::Socket socket) {
    co_await peer.next(socket, "nothing");
}

}  // namespace

TEST_F(StreamVerbsTest, LetCallerAndAssistantTakeTurns) {
    EXPECT_EQ(run(R"(
        ada:hears_speech()
        ada:says("A table for four")
        ada:hears_speech()
        ada:hears("goodbye")
        ada:is_hung_up())",
                  [](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
                      peer.speak(socket, 700);
                      co_await hear(peer, socket);
                      peer.speak(socket, 900);
                      peer.send(socket, "mark", {{"name", "end"}});
                      co_await peer.next(socket, "mark");
                      for (int i = 0; i < 50; ++i) co_await peer.next(socket, "media");
                      co_await socket->close(1000);
                  }),
              "");
    EXPECT_THAT(lines_, Contains("   Ada  says \"A table for four\""));
}

TEST_F(StreamVerbsTest, InterruptOnceSoMuchWasHeard) {
    std::chrono::milliseconds spoke_at{};
    EXPECT_EQ(run(R"(
        ada:interrupts("No, wait", { after = 0.8 })
        ada:hears_speech()
        ada:hangs_up())",
                  [&](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
                      peer.speak(socket, 5000);
                      auto voice = co_await peer.next_voice(socket);
                      spoke_at =
                          std::chrono::milliseconds(std::stol(voice.at("media").at("timestamp").get<std::string>()));
                      peer.send(socket, "clear");
                      co_await hear(peer, socket);
                      peer.speak(socket, 300);
                      co_await listen_on(peer, socket);
                  }),
              "");
    EXPECT_GE(spoke_at, 800ms);
    EXPECT_LT(spoke_at, 5000ms);
    EXPECT_EQ(peer_->events().back(), "stop");
}

TEST_F(StreamVerbsTest, HearTheWordsThatTheModelTells) {
    auto speak = [this](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
        say("Good evening, this is Concya.", 600ms);
        peer.speak(socket, 600);
        say("We have tables at seven, at eight and at nine.", 3000ms);
        peer.speak(socket, 3000);
        co_await peer.next_voice(socket);
        peer.send(socket, "clear");
        co_await listen_on(peer, socket);
    };
    EXPECT_EQ(run(R"(
        ada:hears("this is concya")
        ada:does_not_hear("tables")
        ada:interrupts("Seven", { after = 1.2 })
        local cut = ada:hears_it_cut_off()
        assert(cut > 0.5 and cut < 2.5, cut)
        ada:hears("We have")
        ada:does_not_hear("nine")
        ada:hangs_up())",
                  speak),
              "");
    EXPECT_THAT(lines_, Contains("   Ada  hears \"Good evening, this is Concya.\""));
    EXPECT_THAT(lines_, Contains(HasSubstr("   Ada  hears \"We have tables")));
}

TEST_F(StreamVerbsTest, PressKeysIntoTheStream) {
    EXPECT_EQ(run("ada:presses('12#')\nada:stays_silent(1)\nada:hangs_up()", listen_on), "");
    std::string keys;
    for (const auto& message : peer_->received("dtmf")) keys += message.at("dtmf").at("digit");
    EXPECT_EQ(keys, "12#");
    EXPECT_GE(peer_->received("media").size(), 50u);
}

TEST_F(StreamVerbsTest, FailWhereTheAssistantDoesNotSpeak) {
    EXPECT_EQ(run("ada:hears_speech()", listen_on), "demo.lua:2: the assistant said nothing for 20 s");
    EXPECT_EQ(run("ada:interrupts('No')", listen_on),
              "demo.lua:2: the assistant did not speak for as long as that within 20 s");
}

TEST_F(StreamVerbsTest, FailAtWhatTwilioWouldNotTake) {
    EXPECT_THAT(run("ada:stays_silent(1)",
                    [](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
                        peer.send(socket, "media", {{"payload", "/w=="}, {"track", "outbound"}});
                        co_await listen_on(peer, socket);
                    }),
                HasSubstr("demo.lua:2: Twilio error 31951: in `media`, `track` does not belong there"));
}

TEST_F(StreamVerbsTest, NameWhatTheCallDoesInstead) {
    EXPECT_THAT(run("ada:leaves_a_recording()", listen_on),
                HasSubstr("demo.lua:2: the caller leaves a recording, but the caller is on the stream wss://"));
    auto close = [](Peer&, Peer::Socket socket) -> asio::awaitable<void> { co_await socket->close(1000); };
    EXPECT_EQ(run("ada:hears('goodbye')\nada:interrupts('x')", close),
              "demo.lua:3: the caller interrupts with \"x\", but the business hung up");
}

TEST_F(StreamVerbsTest, LoseFramesAndFallMute) {
    EXPECT_EQ(run(R"(
        ada:loses_frames(3)
        ada:stays_silent(1)
        ada:says("A table for four", { mute_after = 0.5, mute_for = 1 })
        ada:stays_silent(1)
        ada:hangs_up())",
                  listen_on),
              "");
    long chunk = 0, time = 0, lost = 0, longest = 0;
    for (const auto& message : peer_->received("media")) {
        auto number = [&](const char* key) { return std::stol(message.at("media").at(key).get<std::string>()); };
        lost += number("chunk") - chunk - 1;
        if (number("chunk") - chunk == 1) longest = std::max(longest, number("timestamp") - time);
        chunk = number("chunk");
        time = number("timestamp");
    }
    EXPECT_EQ(lost, 3);
    EXPECT_GE(longest, 1000);
}

TEST_F(StreamVerbsTest, LoseTheStreamAndGoOnWithTheCall) {
    EXPECT_EQ(run("ada:loses_the_stream()\nada:hears('goodbye')\nada:is_hung_up()", listen_on), "");
    EXPECT_THAT(peer_->events(), ::testing::Not(Contains("stop")));
}

TEST_F(StreamVerbsTest, OpenStreamsThatTheServerMustRefuse) {
    EXPECT_EQ(run(R"(
        local mallory = call {
          from = "+14155550143", to = "+14155550199", caller = "Mallory", stream = { bad_signature = true },
        }
        mallory:is_hung_up()
        local eve = call { from = "+14155550144", to = "+14155550199", stream = { parameters_of = ada } }
        eve:stays_silent(0.1)
        eve:hangs_up()
        local oscar = call { from = "+14155550145", to = "+14155550199", stream = { parameters = { token = "x" } } }
        oscar:stays_silent(0.1)
        oscar:hangs_up())",
                  listen_on),
              "");
    EXPECT_THAT(lines_, Contains(HasSubstr("Mallory  Twilio warning 31920")));
    auto starts = peer_->received("start");
    ASSERT_EQ(starts.size(), 3u);
    EXPECT_EQ(starts[1].at("start").at("customParameters").at("token"), "t1");
    EXPECT_EQ(starts[2].at("start").at("customParameters").at("token"), "x");
}

TEST_F(StreamVerbsTest, RecordTheCall) {
    auto file = std::filesystem::temp_directory_path() / ("stream_verbs_test." + std::to_string(getpid()) + ".wav");
    EXPECT_EQ(run("ada:records_to('" + file.string() + "')\nada:says('Hello')\nada:hangs_up()", listen_on), "");
    EXPECT_GT(std::filesystem::file_size(file), 44u + 4 * 8 * 350) << "both sides of at least 350 ms";
    std::filesystem::remove(file);
}
