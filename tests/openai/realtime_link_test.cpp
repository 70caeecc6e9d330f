#include "openai/realtime_link.hpp"

#include "audio/base64.hpp"
#include "awaited.hpp"
#include "net/http_server.hpp"
#include "net/test_certificate.hpp"
#include "openai/realtime_provider.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <mutex>

using namespace switchhook;
using namespace switchhook::openai;
using namespace std::chrono_literals;
using core::AgentPort;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;
namespace asio = boost::asio;

namespace {

// A server on loopback that opens Realtime sessions, and does with each what the test says.
class Link : public testing::Test {
protected:
    using Socket = std::shared_ptr<net::WebSocket>;
    using Model = std::function<asio::awaitable<void>(Socket)>;

    void serve(Model model, const std::string& certified = {}) {
        net::HttpServer::Options options;
        if (!certified.empty()) options.tls = certificate_for(certified);
        options.websocket = net::HttpServer::WebSocketHandler{
            .admit = [this](net::Request request) { return admit(std::move(request)); },
            .serve = [model](net::Request, Socket socket) { return model(std::move(socket)); }};
        server_.emplace(workers_, std::move(options), &Link::plain, log_);
        account_.api_key = core::Secret("sk-test");
        account_.realtime_url = (certified.empty() ? "ws://127.0.0.1:" : "wss://localhost:") +
                                std::to_string(server_->port()) + "/v1/realtime";
    }

    // A certificate that the client trusts.
    net::HttpServer::Tls certificate_for(const std::string& names) {
        net::HttpServer::Tls tls{folder_.file("chain.pem"), folder_.file("key.pem")};
        net::write_certificate(tls.certificate_chain_file, tls.private_key_file, names);
        setenv("SSL_CERT_FILE", tls.certificate_chain_file.c_str(), 1);
        client_ = net::HttpClient();
        unsetenv("SSL_CERT_FILE");
        return tls;
    }

    static asio::awaitable<net::Response> plain(net::Request) { co_return net::text_response(404, ""); }

    asio::awaitable<std::optional<net::Response>> admit(net::Request request) {
        std::lock_guard lock(mutex_);
        requests_.push_back(request);
        if (refuse_with_ != 0) co_return net::text_response(refuse_with_, "no");
        co_return std::nullopt;
    }

    // Accepts the settings of a session.
    static asio::awaitable<Json> accept(Socket socket) {
        socket->send(R"({"type":"session.created","session":{"id":"sess_1"}})").value();
        co_return co_await accept_update(socket);
    }

    static asio::awaitable<Json> accept_update(Socket socket) {
        auto update = co_await next(socket, "session.update");
        socket->send(Json{{"type", "session.updated"}, {"session", update["session"]}}.dump()).value();
        co_return update;
    }

    // The next message of a type, or null once there is none any more.
    static asio::awaitable<Json> next(Socket socket, std::string type) {
        for (;;) {
            auto message = co_await socket->read();
            if (!message) co_return nullptr;
            auto json = Json::parse(*message);
            if (json["type"] == type) co_return json;
        }
    }

    std::unique_ptr<AgentPort> open(Json settings = Json::object()) {
        provider_.emplace(account_, client_, log_);
        core::CallInfo info;
        info.id = "CA1";
        info.from = "+15550123";
        return provider_->open(settings, info, core::telephone_mulaw, context_.get_executor());
    }

    // Reads on to the next event of a type.
    template <class T>
    T wait_for_event(AgentPort& port) {
        for (;;) {
            auto event = tests::run(context_, port.read());
            if (!event) throw std::runtime_error(event.error().message());
            if (auto* wanted = std::get_if<T>(&*event)) return *wanted;
        }
    }

    net::TemporaryFolder folder_;
    std::mutex mutex_;
    std::vector<net::Request> requests_;
    int refuse_with_ = 0;
    std::atomic<int> sessions_ = 0;  // as a model counts them
    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    std::optional<net::HttpServer> server_;
    asio::io_context context_{1};
    net::HttpClient client_;
    Account account_;
    std::optional<RealtimeProvider> provider_;
};

std::string delta(const char* item, std::string_view audio) {
    return Json{{"type", "response.output_audio.delta"},
                {"response_id", "r1"},
                {"item_id", item},
                {"delta", audio::encode_base64(audio)}}
        .dump();
}

}  // namespace

TEST_F(Link, CarriesAConversation) {
    std::promise<std::string> heard;
    serve([&](Socket socket) -> asio::awaitable<void> {
        auto settings = co_await accept(socket);
        auto frame = co_await next(socket, "input_audio_buffer.append");
        heard.set_value(frame["audio"]);
        auto create = co_await next(socket, "response.create");
        socket->send(R"({"type":"response.created","response":{"id":"r1"}})").value();
        socket->send(delta("i1", std::string(160, '\x12'))).value();
        socket->send(R"({"type":"response.output_audio.done","item_id":"i1"})").value();
        socket->send(R"({"type":"response.done","response":{"id":"r1","status":"completed"}})").value();
        auto rest = co_await next(socket, "nothing");
    });
    auto port = open({{"greeting", {{"text", "Hello."}}}});
    port->hear(std::string(160, '\x7f'));
    port->begin();
    auto speech = wait_for_event<AgentPort::Speech>(*port);
    EXPECT_EQ(speech.item, "i1");
    EXPECT_EQ(speech.audio, std::string(160, '\x12'));
    EXPECT_EQ(wait_for_event<AgentPort::SpeechDone>(*port).item, "i1");
    wait_for_event<AgentPort::Idle>(*port);
    EXPECT_EQ(audio::decode_base64(heard.get_future().get()).value(), std::string(160, '\x7f'));
    port->was_played("i1");
    EXPECT_EQ(port->usage()["responses"], 1);
    port->close();
    EXPECT_EQ(tests::run(context_, port->read()).error(), core::Errc::closed);

    std::lock_guard lock(mutex_);
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_EQ(requests_[0].target, "/v1/realtime?model=gpt-realtime-2.1");
    EXPECT_EQ(requests_[0].headers.find("Authorization"), "Bearer sk-test");
    EXPECT_FALSE(requests_[0].headers.contains("OpenAI-Beta"));
    auto caller = requests_[0].headers.find("OpenAI-Safety-Identifier");
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->size(), 64U);
}

TEST_F(Link, TalksOverTlsWithAServerThatItTrusts) {
    serve(
        [](Socket socket) -> asio::awaitable<void> {
            auto settings = co_await accept(socket);
            socket->send(R"({"type":"response.created","response":{"id":"r1"}})").value();
            socket->send(delta("i1", "hello")).value();
            auto rest = co_await next(socket, "nothing");
        },
        "DNS:localhost");
    auto port = open();
    EXPECT_EQ(wait_for_event<AgentPort::Speech>(*port).audio, "hello");
    std::lock_guard lock(mutex_);
    EXPECT_TRUE(requests_.at(0).secure);
}

TEST_F(Link, SendsNoKeyToAServerThatIsNotTheOneItClaims) {
    serve([](Socket) -> asio::awaitable<void> { co_return; }, "DNS:models.example");
    auto port = open();
    EXPECT_EQ(wait_for_event<AgentPort::Failed>(*port).code, "certificate");
    port = nullptr;
    client_ = net::HttpClient();  // trusts the system's roots only
    port = open();
    EXPECT_EQ(wait_for_event<AgentPort::Failed>(*port).code, "certificate");
    std::lock_guard lock(mutex_);
    EXPECT_TRUE(requests_.empty());
}

TEST_F(Link, IsNotOpenedWithoutTlsBeyondLoopback) {
    account_.api_key = core::Secret("sk-test");
    account_.realtime_url = "ws://models.example/v1/realtime";
    auto port = open();
    auto failed = wait_for_event<AgentPort::Failed>(*port);
    EXPECT_EQ(failed.code, "not_configured");
    EXPECT_THAT(failed.what, HasSubstr("without TLS"));
}

TEST_F(Link, OpensAnotherSessionWhereOneDrops) {
    serve([&](Socket socket) -> asio::awaitable<void> {
        auto settings = co_await accept(socket);
        if (++sessions_ == 1) {
            co_await socket->close(1011);
            co_return;
        }
        auto enabled = co_await accept_update(socket);
        socket->send(R"({"type":"response.created","response":{"id":"r1"}})").value();
        socket->send(delta("i1", "hello")).value();
        auto rest = co_await next(socket, "nothing");
    });
    auto port = open();
    port->begin();
    EXPECT_EQ(wait_for_event<AgentPort::Speech>(*port).audio, "hello");
    EXPECT_EQ(sessions_, 2);
}

TEST_F(Link, FailsWhereTheKeyIsRefused) {
    serve([](Socket) -> asio::awaitable<void> { co_return; });
    refuse_with_ = 401;
    auto port = open();
    EXPECT_EQ(wait_for_event<AgentPort::Failed>(*port).code, "invalid_api_key");
    EXPECT_EQ(tests::run(context_, port->read()).error(), core::Errc::closed);
}

TEST_F(Link, EndsWithoutWaitingWhateverItIsAt) {
    serve([](Socket socket) -> asio::awaitable<void> { auto rest = co_await next(socket, "nothing"); });
    auto connecting = open();
    connecting.reset();
    auto waiting = open();
    tests::Awaited<core::Result<AgentPort::Event>> read(context_, waiting->read());
    tests::run_ready(context_);
    EXPECT_FALSE(read.done());
    waiting->close();
    EXPECT_EQ(tests::wait_for(context_, read).error(), core::Errc::closed);
}

// A model that stops reading is let go of once a bound of unsent voice is reached.
TEST_F(Link, LetsGoOfAModelThatDoesNotRead) {
    serve([&](Socket socket) -> asio::awaitable<void> {
        auto settings = co_await accept(socket);
        if (++sessions_ > 1) {
            auto enabled = co_await accept_update(socket);
            socket->send(R"({"type":"response.created","response":{"id":"r1"}})").value();
            socket->send(delta("i1", "hello")).value();
            auto rest = co_await next(socket, "nothing");
            co_return;
        }
        socket->send(delta("i0", "ready")).value();
        // It reads nothing, until it is let go of.
        asio::steady_timer timer(co_await asio::this_coro::executor);
        while (sessions_ == 1) {
            timer.expires_after(10ms);
            co_await timer.async_wait(asio::use_awaitable);
        }
    });
    auto port = open();
    port->begin();
    wait_for_event<AgentPort::Speech>(*port);
    // More than the sockets' own buffers and the bound together.
    for (int i = 0; i < 400; ++i) {
        port->hear(std::string(64 * 1024, '\x7f'));
        tests::run_ready(context_);
    }
    EXPECT_EQ(wait_for_event<AgentPort::Speech>(*port).audio, "hello");
}

TEST_F(Link, IsNotConfiguredWithoutAKey) {
    auto port = open();
    auto failed = wait_for_event<AgentPort::Failed>(*port);
    EXPECT_EQ(failed.code, "not_configured");
    EXPECT_THAT(failed.what, HasSubstr("OPENAI_API_KEY"));
    EXPECT_EQ(tests::run(context_, port->read()).error(), core::Errc::closed);
    EXPECT_EQ(port->transcript(), Json::array());
    EXPECT_EQ(port->usage()["input"], 0);
}
