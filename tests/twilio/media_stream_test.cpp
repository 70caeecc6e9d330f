#include "twilio/media_stream.hpp"

#include "audio/base64.hpp"
#include "awaited.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <future>

using namespace switchhook;
using namespace switchhook::twilio;
using namespace std::chrono_literals;
using core::AudioLeg;
using core::Errc;
using nlohmann::json;
namespace asio = boost::asio;

namespace {

// A carrier's WebSocket to a stream of ours, over loopback.
class MediaStreamTest : public testing::Test {
protected:
    using Side = std::function<asio::awaitable<void>(std::unique_ptr<AudioLeg>)>;

    // Serves one stream with `side`, and connects to it as the carrier.
    std::shared_ptr<net::WebSocket> connect(Side side) {
        net::HttpServer::Options server;
        server.websocket = net::HttpServer::WebSocketHandler{
            .admit = [](net::Request) -> asio::awaitable<std::optional<net::Response>> { co_return std::nullopt; },
            .serve = [this, side](net::Request, std::shared_ptr<net::WebSocket> socket) { return serve(socket, side); },
            .options = {.max_backlog = 200'000},
        };
        server_.emplace(
            workers_, std::move(server),
            [](net::Request) -> asio::awaitable<net::Response> { co_return net::Response(); }, log_);
        net::WebSocketRequest request{.url = "ws://127.0.0.1:" + std::to_string(server_->port()),
                                      .allow_private = true};
        return *tests::run(context, client_.connect_websocket(std::move(request)));
    }

    asio::awaitable<void> serve(std::shared_ptr<net::WebSocket> socket, Side side) {
        auto stream = co_await MediaStream::open(socket, options);
        if (!stream) {
            ended.set_value(stream.error());
            co_return;
        }
        auto leg = (*stream)->as_leg();
        asio::co_spawn(workers_.executor(0), side(std::move(leg)), asio::detached);
        auto why = co_await (*stream)->run();
        ended.set_value(why);
    }

    static void start(net::WebSocket& carrier) {
        carrier.send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})").value();
        carrier
            .send(R"({"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1",)"
                  R"("callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw",)"
                  R"("sampleRate":8000,"channels":1},"customParameters":{}},"streamSid":"MZ1"})")
            .value();
    }
    static std::string media(int chunk, char sound) {
        return json{{"event", "media"},
                    {"streamSid", "MZ1"},
                    {"media",
                     {{"track", "inbound"},
                      {"chunk", std::to_string(chunk)},
                      {"timestamp", std::to_string(20 * chunk)},
                      {"payload", audio::encode_base64(std::string(160, sound))}}}}
            .dump();
    }

    json hear(net::WebSocket& carrier) {
        auto text = tests::run(context, carrier.read());
        return text ? json::parse(*text) : json{{"event", text.error().message()}};
    }

    MediaStream::Options options;
    std::promise<core::Error> ended;
    std::promise<std::vector<std::string>> told;
    asio::io_context context;

private:
    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::HttpClient client_;
    net::Workers workers_{{.count = 1}};
    std::optional<net::HttpServer> server_;
};

std::string name(const core::Result<AudioLeg::Event>& event) {
    if (!event) return event.error().message();
    if (auto* audio = std::get_if<AudioLeg::Audio>(&*event)) return "audio " + std::to_string(audio->bytes.size());
    if (auto* digit = std::get_if<AudioLeg::Digit>(&*event)) return std::string("digit ") + digit->digit;
    if (auto* played = std::get_if<AudioLeg::Played>(&*event)) return "played " + played->item;
    return "stopped";
}

}  // namespace

TEST_F(MediaStreamTest, TellsWhatTheCallerSaysAndDoesUntilTheyHangUp) {
    auto carrier = connect([this](std::unique_ptr<AudioLeg> leg) -> asio::awaitable<void> {
        std::vector<std::string> events;
        for (int i = 0; i < 5; ++i) {
            auto event = co_await leg->read();
            events.push_back(name(event));
        }
        told.set_value(events);
    });
    start(*carrier);
    carrier->send(media(1, 'a')).value();
    carrier->send(media(3, 'b')).value();
    carrier->send(R"({"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"5"}})").value();
    carrier->send(R"({"event":"stop","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"})").value();
    tests::run(context, tests::finished(carrier->close()));
    EXPECT_THAT(told.get_future().get(), testing::ElementsAre("audio 160", "audio 320", "digit 5", "stopped",
                                                              make_error_code(Errc::closed).message()));
    EXPECT_FALSE(ended.get_future().get());
}

TEST_F(MediaStreamTest, SaysGoodbyeThoughTheCallerStillSpeaks) {
    auto carrier = connect([](std::unique_ptr<AudioLeg> leg) -> asio::awaitable<void> {
        auto event = co_await leg->read();
        co_await leg->close();
    });
    start(*carrier);
    for (int i = 1; i <= 1000; ++i) carrier->send(media(i, 'a')).value();
    EXPECT_EQ(hear(*carrier)["event"], make_error_code(Errc::closed).message());
    EXPECT_EQ(carrier->close_code(), 1000);
    EXPECT_FALSE(ended.get_future().get());
}

TEST_F(MediaStreamTest, PlaysAnItemAndTellsWhenItWasHeard) {
    auto carrier = connect([this](std::unique_ptr<AudioLeg> leg) -> asio::awaitable<void> {
        leg->play("a", std::string(800, 'x')).value();
        leg->end_item("a").value();
        std::vector<std::string> events;
        auto event = co_await leg->read();
        events.push_back(name(event));
        co_await leg->close();
        event = co_await leg->read();
        events.push_back(name(event));
        told.set_value(events);
    });
    start(*carrier);
    std::string sound;
    std::vector<std::string> order;
    while (sound.size() < 800 || order.back() != "mark") {
        auto message = hear(*carrier);
        order.push_back(message["event"]);
        if (message["event"] == "media") sound += *audio::decode_base64(message["media"]["payload"].get<std::string>());
        if (message["event"] == "mark") carrier->send(message.dump()).value();
        ASSERT_LT(order.size(), 20U);
    }
    EXPECT_EQ(sound, std::string(800, 'x'));
    EXPECT_THAT(order, testing::ElementsAre("media", "mark", "media", "mark"));
    EXPECT_EQ(hear(*carrier)["event"], make_error_code(Errc::closed).message());
    EXPECT_THAT(told.get_future().get(), testing::ElementsAre("played a", make_error_code(Errc::closed).message()));
    EXPECT_FALSE(ended.get_future().get());
}

TEST_F(MediaStreamTest, GathersCrumbsAndDropsWhatComesForAClearedItem) {
    auto carrier = connect([this](std::unique_ptr<AudioLeg> leg) -> asio::awaitable<void> {
        for (int i = 0; i < 4; ++i) leg->play("a", std::string(100, 'x')).value();
        leg->play("a", std::string(100, 'y')).value();
        auto heard = leg->clear();
        std::vector<std::string> items;
        for (const auto& each : heard) items.push_back(each.item + " " + std::to_string(each.sent.count()));
        leg->play("a", std::string(400, 'z')).value();
        leg->end_item("a").value();
        leg->end_item("b").value();
        told.set_value(items);
        co_await leg->read();
    });
    start(*carrier);
    std::string sound;
    std::vector<std::string> order;
    for (;;) {
        auto message = hear(*carrier);
        order.push_back(message["event"]);
        if (message["event"] == "media") sound += *audio::decode_base64(message["media"]["payload"].get<std::string>());
        if (order.size() > 1 && order[order.size() - 2] == "clear") break;
        ASSERT_LT(order.size(), 20U);
    }
    EXPECT_EQ(sound, std::string(400, 'x'));
    EXPECT_EQ(order.back(), "mark") << "of b";
    EXPECT_THAT(told.get_future().get(), testing::ElementsAre("a 50"));
    carrier->abort();
    EXPECT_EQ(ended.get_future().get(), Errc::closed);
}

TEST_F(MediaStreamTest, GivesSilenceOnceWhereTheCarrierStopsSending) {
    options.silent_after = 20ms;
    auto carrier = connect([this](std::unique_ptr<AudioLeg> leg) -> asio::awaitable<void> {
        std::vector<std::string> events;
        for (int i = 0; i < 3; ++i) {
            auto event = co_await leg->read();
            events.push_back(name(event));
        }
        told.set_value(events);
    });
    start(*carrier);
    carrier->send(media(1, 'a')).value();
    asio::steady_timer stall(context, 200ms);
    stall.async_wait([&](boost::system::error_code) {
        carrier->send(R"({"event":"stop","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"})").value();
    });
    context.restart();
    context.run();
    EXPECT_THAT(told.get_future().get(), testing::ElementsAre("audio 160", "audio 8000", "stopped"));
}

TEST_F(MediaStreamTest, DropsACarrierThatDoesNotRead) {
    auto carrier = connect([this](std::unique_ptr<AudioLeg> leg) -> asio::awaitable<void> {
        std::vector<std::string> outcome;
        const std::string minute(480'000, 'x');
        for (int i = 0; i < 1000; ++i) {
            leg->clear();  // the carrier is to drop it all: no bound but the socket's is met
            auto played = leg->play(std::to_string(i), minute);
            if (played) continue;
            outcome.push_back(played.error().message());
            break;
        }
        auto event = co_await leg->read();
        outcome.push_back(name(event));
        told.set_value(outcome);
    });
    start(*carrier);
    context.restart();
    auto outcome = told.get_future();
    while (outcome.wait_for(1ms) != std::future_status::ready) context.poll_one();
    auto overloaded = make_error_code(Errc::overloaded).message();
    EXPECT_THAT(outcome.get(), testing::ElementsAre(overloaded, overloaded));
    EXPECT_EQ(ended.get_future().get(), Errc::overloaded);
}

TEST_F(MediaStreamTest, EndsWhereNoStartComes) {
    options.start_within = 20ms;
    auto carrier = connect([](std::unique_ptr<AudioLeg>) -> asio::awaitable<void> { co_return; });
    carrier->send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})").value();
    hear(*carrier);
    EXPECT_EQ(ended.get_future().get(), Errc::timed_out);
}

TEST_F(MediaStreamTest, EndsWhereMediaComesBeforeTheStart) {
    auto carrier = connect([](std::unique_ptr<AudioLeg>) -> asio::awaitable<void> { co_return; });
    carrier->send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})").value();
    carrier->send(media(1, 'a')).value();
    hear(*carrier);
    EXPECT_EQ(ended.get_future().get(), Errc::malformed);
}
