#include "sim/call_streams.hpp"

#include "audio/base64.hpp"
#include "audio/g711.hpp"
#include "audio/wav.hpp"
#include "awaited.hpp"
#include "core/json.hpp"
#include "sim/carrier.hpp"
#include "sim/carrier_api.hpp"
#include "sim/hook.hpp"
#include "sim/stream_peer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
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

constexpr auto caller = "+14155550142", business = "+14155550199";

// Listens until the carrier ends the stream.
asio::awaitable<void> listen_on(Peer& peer, Peer::Socket socket) {
    co_await peer.next(socket, "nothing");
}

class CallStreamsTest : public ::testing::Test {
protected:
    ~CallStreamsTest() override {
        if (carrier_) wait(tests::finished(carrier_->stop()));
        api_.reset();
    }

    void start(Peer::Act act) {
        peer_.emplace(std::move(act));
        hook_ = std::make_unique<Hook>(
            [](const Webhook& webhook) {
                if (webhook.target == "/voice")
                    return twiml(connect_stream(webhook, "action='/after'", "<Parameter name='token' value='t1'/>"));
                if (webhook.target == "/after") return twiml("<Say>That was all.</Say>");
                if (webhook.target == "/moved") return twiml("<Say>Elsewhere.</Say>");
                return twiml("");
            },
            "", [this](Peer::Socket socket) { return peer_->serve(std::move(socket)); });
        Carrier::Options options;
        options.webhooks.auth_token = token;
        options.settings.voice_url = hook_->url("/voice");
        options.settings.status_callback = hook_->url("/status");
        options.on_event = [this](const CarrierCall&, const CallEvent& event) { lines_.push_back(describe(event)); };
        options.stream_speed = 10;
        carrier_ = std::make_unique<Carrier>(std::move(options));
        api_ = std::make_unique<CarrierApi>(*carrier_, workers_, log_);
    }

    template <class T>
    T wait(asio::awaitable<T> work) {
        return asio::co_spawn(workers_.executor(0), std::move(work), asio::use_future).get();
    }

    // Runs on the carrier's thread until `done`, for 10 s at most.
    void wait_until(std::function<bool()> done) {
        auto poll = [](std::function<bool()> passes) -> asio::awaitable<bool> {
            asio::steady_timer timer(co_await asio::this_coro::executor);
            for (int i = 0; i < 10'000; ++i) {
                if (passes()) co_return true;
                timer.expires_after(1ms);
                co_await timer.async_wait(asio::use_awaitable);
            }
            co_return false;
        };
        ASSERT_TRUE(wait(poll(std::move(done))));
    }

    CarrierCall* place_call() { return wait(carrier_->place_call(caller, business)); }
    // A call whose stream is open.
    CarrierCall* stream() {
        auto* call = place_call();
        wait_until([&] {
            return call->streams().client() && call->streams().client()->open() && !peer_->received("start").empty();
        });
        return call;
    }
    void wait_until_over(CarrierCall* call) {
        wait_until([&] { return !call->over().empty() && !hook_->received("/status").empty(); });
    }

    void act(CarrierCall* call, std::function<void(CarrierCall&)> what) {
        auto work = [](CarrierCall* on, std::function<void(CarrierCall&)> does) -> asio::awaitable<bool> {
            does(*on);
            co_await on->settle();
            co_return true;
        };
        wait(work(call, std::move(what)));
    }

    net::Response update(CarrierCall* call, const net::Form& form) {
        net::ClientRequest request;
        request.method = "POST";
        auto account = carrier_->options().account_sid;
        request.url = "http://" + account + ":12345@" + api_->url().substr(7) + "/2010-04-01/Accounts/" + account +
                      "/Calls/" + call->facts().sid + ".json";
        request.body = net::encode_form(form);
        request.headers.add("Content-Type", "application/x-www-form-urlencoded");
        request.allow_private = true;
        return wait(client_.send(std::move(request))).value();
    }

    std::vector<std::string> stream_events() const {
        std::vector<std::string> events;
        for (const auto& webhook : hook_->received("/stream")) events.emplace_back(webhook.form.get("StreamEvent"));
        return events;
    }

    core::Log log_{{}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    net::HttpClient client_{net::HttpClient::Options{}};
    std::optional<Peer> peer_;
    std::unique_ptr<Hook> hook_;
    std::unique_ptr<Carrier> carrier_;
    std::unique_ptr<CarrierApi> api_;
    std::vector<std::string> lines_;
};

}  // namespace

TEST_F(CallStreamsTest, OpensASignedStreamThatTellsOfTheCall) {
    start(listen_on);
    auto* call = stream();
    auto upgrade = hook_->received("/media").at(0);
    EXPECT_EQ(upgrade.headers.find("User-Agent"), "Twilio.TmeWs/1.0");
    EXPECT_FALSE(upgrade.headers.find("Origin"));
    EXPECT_FALSE(upgrade.headers.find("Sec-WebSocket-Extensions"));
    EXPECT_EQ(peer_->events().at(0), "connected");
    auto started = peer_->received("start").at(0);
    EXPECT_EQ(started.at("start").at("callSid"), call->facts().sid);
    EXPECT_EQ(started.at("start").at("customParameters"), (Json{{"token", "t1"}}));
    EXPECT_TRUE(started.value("streamSid", "").starts_with("MZ"));
    wait_until([&] { return !hook_->received("/stream").empty(); });
    auto told = hook_->received("/stream").at(0).form;
    EXPECT_EQ(told.get("StreamEvent"), "stream-started");
    EXPECT_EQ(told.get("StreamSid"), started.at("streamSid").get<std::string>());
    EXPECT_EQ(told.get("CallSid"), call->facts().sid);
}

TEST_F(CallStreamsTest, PlaysToTheCallerAndGoesOnWithTheActionWhenTheServerCloses) {
    start([](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
        peer.send(socket, "media", {{"payload", audio::encode_base64(std::string(4000, 'a'))}});
        peer.send(socket, "mark", {{"name", "end"}});
        co_await peer.next(socket, "mark");
        co_await socket->close(1000);
    });
    auto* call = place_call();
    wait_until_over(call);
    EXPECT_EQ(hook_->received("/after").at(0).form.get("CallStatus"), "in-progress");
    EXPECT_THAT(lines_, Contains("hears \"That was all.\""));
    EXPECT_EQ(call->streams().problem(), "");
    EXPECT_THAT(stream_events(), ::testing::UnorderedElementsAre("stream-started", "stream-stopped"));
}

TEST_F(CallStreamsTest, SaysStopAndClosesWhenTheCallerHangsUp) {
    start(listen_on);
    auto* call = stream();
    act(call, [](CarrierCall& on) { on.player().hang_up(); });
    EXPECT_EQ(call->over(), "caller");
    EXPECT_EQ(peer_->events().back(), "stop");
    ASSERT_EQ(hook_->received("/after").size(), 1u);
    EXPECT_EQ(hook_->received("/after")[0].form.get("CallStatus"), "completed");
    auto status = hook_->received("/status").at(0).form;
    EXPECT_EQ(status.get("CallStatus"), "completed");
}

TEST_F(CallStreamsTest, LeavesTheStreamWhenTheCallIsRedirectedOverRest) {
    start(listen_on);
    auto* call = stream();
    EXPECT_EQ(update(call, {{"Url", hook_->url("/moved")}}).status, 200);
    wait_until_over(call);
    EXPECT_EQ(peer_->events().back(), "stop");
    EXPECT_THAT(lines_, Contains("hears \"Elsewhere.\""));
    EXPECT_TRUE(hook_->received("/after").empty()) << "the verb was abandoned";
}

TEST_F(CallStreamsTest, TakesADocumentOverRest) {
    start(listen_on);
    auto* call = stream();
    EXPECT_EQ(update(call, {{"Twiml", "<Response><Say>From REST.</Say></Response>"}}).status, 200);
    wait_until_over(call);
    EXPECT_THAT(lines_, Contains("hears \"From REST.\""));
}

TEST_F(CallStreamsTest, EndsTheCallOverRest) {
    start(listen_on);
    auto* call = stream();
    EXPECT_EQ(update(call, {{"Status", "completed"}}).status, 200);
    wait_until_over(call);
    EXPECT_EQ(peer_->events().back(), "stop");
    EXPECT_EQ(call->over(), "flow");
    EXPECT_EQ(update(call, {{"Status", "completed"}}).status, 400);
}

TEST_F(CallStreamsTest, GoesOnWithoutTheStreamWhereItIsRefused) {
    start(listen_on);
    auto* call = wait(carrier_->place_call(caller, business, false, {.bad_signature = true}));
    wait_until_over(call);
    EXPECT_THAT(lines_, Contains("Twilio warning 31920: the server answered the upgrade with 403: bad signature"));
    EXPECT_THAT(lines_, Contains("hears \"That was all.\""));
    EXPECT_THAT(stream_events(), ::testing::ElementsAre("stream-error"));
    EXPECT_NE(hook_->received("/stream")[0].form.get("StreamError"), "");
}

TEST_F(CallStreamsTest, CanLieAboutTheParameters) {
    start(listen_on);
    wait(carrier_->place_call(caller, business, false, {.parameters = {{"token", "another's"}}}));
    wait_until([&] { return !peer_->received("start").empty(); });
    EXPECT_EQ(peer_->received("start").at(0).at("start").at("customParameters"), (Json{{"token", "another's"}}));
}

TEST_F(CallStreamsTest, TellsAnAbnormalEnd) {
    start([](Peer&, Peer::Socket socket) -> asio::awaitable<void> {
        socket->abort();
        co_return;
    });
    wait_until_over(place_call());
    EXPECT_THAT(lines_, Contains("Twilio warning 31903: the server broke the stream off"));
}

TEST_F(CallStreamsTest, TellsTheStatusOfAnAbnormalEnd) {
    start([](Peer&, Peer::Socket socket) -> asio::awaitable<void> { co_await socket->close(4001); });
    wait_until_over(place_call());
    EXPECT_THAT(lines_, Contains("Twilio warning 31921: the server closed the stream with status 4001"));
}

TEST_F(CallStreamsTest, NotesWhatTwilioWouldNotTake) {
    start([](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
        peer.send(socket, "shout");
        co_await peer.next(socket, "nothing");
    });
    auto* call = stream();
    wait_until([&] { return !call->streams().problem().empty(); });
    EXPECT_THAT(call->streams().problem(), HasSubstr("Twilio error 31951: there is no such event to send"));
}

TEST_F(CallStreamsTest, RecordsTheCallerOnTheLeftAndTheAssistantOnTheRight) {
    start([](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
        co_await peer.next(socket, "dtmf");
        peer.send(socket, "media", {{"payload", audio::encode_base64(std::string(1600, '\x10'))}});
        peer.send(socket, "mark", {{"name", "end"}});
        co_await peer.next(socket, "mark");
        co_await socket->close(1000);
    });
    auto folder = std::filesystem::temp_directory_path() / ("call_stream_test." + std::to_string(getpid()));
    auto* call = stream();
    act(call, [&](CarrierCall& on) {
        on.streams().record_to(folder / "deep" / "call.wav");
        on.streams().client()->stream().speak(std::string(800, '\x20'));
        on.streams().client()->stream().press("1");
    });
    wait_until_over(call);
    std::ifstream file(folder / "deep" / "call.wav", std::ios::binary);
    auto wav = audio::read_wav(std::string(std::istreambuf_iterator<char>(file), {})).value();
    EXPECT_EQ(wav.rate, 8000u);
    ASSERT_EQ(wav.channels, 2u);
    int spoken = 0, heard = 0;
    for (std::size_t i = 0; i + 1 < wav.samples.size(); i += 2) {
        spoken += wav.samples[i] == audio::decode_mulaw(0x20);
        heard += wav.samples[i + 1] == audio::decode_mulaw(0x10);
    }
    EXPECT_EQ(spoken, 800);
    EXPECT_EQ(heard, 1600);
    std::filesystem::remove_all(folder);
}

TEST_F(CallStreamsTest, BreaksOffWithoutAWord) {
    start(listen_on);
    auto* call = stream();
    act(call, [](CarrierCall& on) { on.streams().client()->break_off(); });
    wait_until_over(call);
    EXPECT_THAT(peer_->events(), ::testing::Not(Contains("stop")));
}

TEST_F(CallStreamsTest, ReadsNothingUntilItReadsOn) {
    std::atomic<bool> returned = false;
    start([&](Peer& peer, Peer::Socket socket) -> asio::awaitable<void> {
        co_await peer.next(socket, "dtmf");
        for (const char* name : {"one", "two"}) peer.send(socket, "mark", {{"name", name}});
        co_await peer.next(socket, "mark");
        co_await peer.next(socket, "mark");
        returned = true;
        co_await peer.next(socket, "nothing");
    });
    auto* call = stream();
    act(call, [](CarrierCall& on) {
        on.streams().client()->stop_reading();
        on.streams().client()->stream().press("1");
    });
    auto heard = [&] { return call->streams().client()->stream().now(); };
    decltype(heard()) until{};
    act(call, [&](CarrierCall&) { until = heard() + 2s; });
    wait_until([&] { return heard() > until; });
    EXPECT_FALSE(returned);
    act(call, [](CarrierCall& on) { on.streams().client()->read_on(); });
    wait_until([&] { return returned.load(); });
}

TEST_F(CallStreamsTest, RefusesAStreamWhoseAddressTwilioRefuses) {
    start(listen_on);
    for (const char* noun : {"<Stream url='ws://hook.example/media'/>", "<Stream url='media'/>",
                             "<Stream url='wss://127.0.0.1:1/media' track='both_tracks'/>"}) {
        TwimlPlayer player({}, std::make_shared<Sids>(1));
        player.start("https://hook.example/voice", "POST");
        player.arrived(
            {200, "text/xml", "<Response><Connect>" + std::string(noun) + "</Connect><Say>On we go.</Say></Response>"});
        std::vector<std::string> lines;
        for (const auto& event : player.take_events()) lines.push_back(describe(event));
        EXPECT_THAT(lines, Contains(HasSubstr("Twilio warning 319"))) << noun;
        EXPECT_THAT(lines, Contains("hears \"On we go.\"")) << noun;
    }
}

TEST_F(CallStreamsTest, TakesAPlainAddressOnLoopback) {
    TwimlPlayer player({}, std::make_shared<Sids>(1));
    player.start("http://127.0.0.1:8080/voice", "POST");
    player.arrived(
        {200, "text/xml", "<Response><Connect><Stream url='ws://127.0.0.1:8080/media'/></Connect></Response>"});
    ASSERT_TRUE(std::holds_alternative<Streaming>(player.need()));
    EXPECT_EQ(std::get<Streaming>(player.need()).url, "ws://127.0.0.1:8080/media");
}
