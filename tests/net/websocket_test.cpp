#include "net/websocket.hpp"

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/raw_client.hpp"
#include "net/test_certificate.hpp"
#include "net/websocket_frames.hpp"
#include "net/websocket_handshake.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <thread>

using namespace switchhook;
using namespace switchhook::net;
using namespace std::chrono_literals;
using core::Errc;
namespace asio = boost::asio;

namespace {

constexpr const char* handshake =
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class WebSocketTest : public testing::Test {
protected:
    std::string start(bool tls = false) {
        HttpServer::Options options;
        options.websocket = HttpServer::WebSocketHandler{
            .admit = [this](Request request) { return admit(std::move(request)); },
            .serve = [this](Request request,
                            std::shared_ptr<WebSocket> socket) { return serve(std::move(request), std::move(socket)); },
            .options = {.max_message = 100'000, .max_backlog = 20'000'000, .idle_time = idle_time_},
        };
        options.websocket->place = place_;
        if (tls) {
            write_certificate(folder_.file("chain.pem"), folder_.file("key.pem"), "IP:127.0.0.1");
            options.tls = HttpServer::Tls{folder_.file("chain.pem"), folder_.file("key.pem")};
            setenv("SSL_CERT_FILE", folder_.file("chain.pem").c_str(), 1);
            client_.emplace();
            unsetenv("SSL_CERT_FILE");
        }
        server_.emplace(
            workers_, std::move(options), [](Request request) { return plain(std::move(request)); }, log_);
        return (tls ? "wss" : "ws") + std::string("://127.0.0.1:") + std::to_string(server_->port());
    }

    static asio::awaitable<Response> plain(Request) { co_return text_response(200, "plain"); }

    asio::awaitable<std::optional<Response>> admit(Request request) {
        if (request.path() == "/refused") co_return text_response(403, "no entry");
        co_return std::nullopt;
    }

    // Says its target, then sends back what it hears, until the peer leaves or tells it how to.
    asio::awaitable<void> serve(Request request, std::shared_ptr<WebSocket> socket) {
        served_on_ = std::this_thread::get_id();
        if (request.path() == "/deaf") {
            asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
            co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
            co_return;
        }
        if (!socket->send(request.target)) co_return;
        for (;;) {
            auto message = co_await socket->read();
            if (!message) {
                if (!many_) ended_.set_value(message.error());
                co_return;
            }
            if (*message == "drop") {
                socket->abort();
                co_return;
            }
            if (message->starts_with("leave ")) {
                co_await socket->close(static_cast<std::uint16_t>(std::stoi(message->substr(6))));
                co_return;
            }
            if (!socket->send("echo " + *message)) co_return;
        }
    }

    // Looks until it holds, for ten seconds at most.
    template <class Condition>
    static bool until(Condition holds) {
        for (auto limit = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < limit;
             std::this_thread::yield())
            if (holds()) return true;
        return holds();
    }

    // Runs a client's side to its end.
    template <class Side>
    void run(Side side) {
        asio::co_spawn(context_, std::move(side), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        context_.run();
    }

    std::chrono::milliseconds idle_time_ = 30s;
    TemporaryFolder folder_;
    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    std::promise<core::Error> ended_;
    std::function<std::size_t(const Request&)> place_;
    std::atomic<std::thread::id> served_on_;
    std::atomic<bool> many_ = false;  // WebSockets end: none of them is `ended_`
    Workers workers_{{.count = 2}};
    std::optional<HttpServer> server_;
    asio::io_context context_{1};
    std::optional<HttpClient> client_{std::in_place};
};

}  // namespace

TEST_F(WebSocketTest, CarriesMessagesBothWaysInOrder) {
    for (bool tls : {false, true}) {
        auto url = start(tls) + "/media?call=1";
        std::vector<std::string> heard;
        run([&]() -> asio::awaitable<void> {
            WebSocketRequest request{.url = url, .allow_private = true};
            auto socket = co_await client_->connect_websocket(std::move(request));
            if (!socket) co_return;
            for (int i = 0; i < 3; ++i) (*socket)->send(std::to_string(i)).value();
            for (int i = 0; i < 4; ++i) {
                auto message = co_await (*socket)->read();
                heard.push_back(message ? *message : message.error().message());
            }
            co_await (*socket)->close();
        });
        EXPECT_THAT(heard, testing::ElementsAre("/media?call=1", "echo 0", "echo 1", "echo 2"));
        EXPECT_EQ(ended_.get_future().get(), Errc::closed);
        ended_ = {};
        server_.reset();
        context_.restart();
    }
}

TEST_F(WebSocketTest, LivesOnTheWorkerThatItsRequestNames) {
    place_ = [](const Request& request) { return request.path() == "/first" ? 0U : 1U; };
    std::thread::id threads[2];
    for (std::size_t i = 0; i < 2; ++i) {
        std::promise<std::thread::id> id;
        asio::post(workers_.executor(i), [&] { id.set_value(std::this_thread::get_id()); });
        threads[i] = id.get_future().get();
    }
    // The system spreads connections over the workers by their ports, so some of these are taken by the other one.
    for (bool tls : {false, true}) {
        auto url = start(tls);
        for (int i = 0; i < 16; ++i) {
            auto path = i % 2 == 0 ? "/first" : "/second";
            std::string heard;
            run([&]() -> asio::awaitable<void> {
                WebSocketRequest request{.url = url + path, .allow_private = true};
                auto socket = co_await client_->connect_websocket(std::move(request));
                if (!socket) co_return;
                (*socket)->send("hello").value();
                for (int n = 0; n < 2; ++n) {
                    auto message = co_await (*socket)->read();
                    heard += message ? *message + ";" : message.error().message();
                }
                co_await (*socket)->close();
            });
            EXPECT_EQ(heard, std::string(path) + ";echo hello;");
            EXPECT_EQ(served_on_.load(), threads[i % 2]) << path << (tls ? " over TLS" : "");
            EXPECT_EQ(ended_.get_future().get(), Errc::closed);
            ended_ = {};
            context_.restart();
        }
        EXPECT_TRUE(until([&] { return server_->connections() == 0; }));
        server_.reset();
    }
}

TEST_F(WebSocketTest, EndsWithItsServerWhereverItLives) {
    place_ = [](const Request&) { return 1U; };
    many_ = true;
    auto url = start();
    std::vector<std::thread> peers;
    std::atomic<int> open = 0;
    std::atomic<int> ended = 0;
    for (int i = 0; i < 8; ++i)
        peers.emplace_back([&] {
            asio::io_context context{1};
            HttpClient client;
            asio::co_spawn(
                context,
                [&]() -> asio::awaitable<void> {
                    WebSocketRequest request{.url = url, .allow_private = true};
                    auto socket = co_await client.connect_websocket(std::move(request));
                    ++open;
                    if (!socket) co_return;
                    while (co_await (*socket)->read()) continue;
                    ++ended;
                },
                asio::detached);
            context.run();
        });
    EXPECT_TRUE(until([&] { return open == 8; }));
    server_.reset();
    for (auto& peer : peers) peer.join();
    EXPECT_EQ(ended, 8);
}

TEST_F(WebSocketTest, IsRefusedWhereMoreFollowsItsRequest) {
    start();
    RawClient client(server_->port());
    client.send(std::string(handshake) + "\x81\x80mask");
    EXPECT_THAT(client.receive(), testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(WebSocketTest, IsRefusedWithAResponse) {
    auto url = start() + "/refused";
    core::Error error;
    Response refusal;
    run([&]() -> asio::awaitable<void> {
        WebSocketRequest request{.url = url, .allow_private = true};
        auto socket = co_await client_->connect_websocket(std::move(request), &refusal);
        if (!socket) error = socket.error();
    });
    EXPECT_EQ(error, Errc::closed);
    EXPECT_EQ(refusal.status, 403);
}

TEST_F(WebSocketTest, TellsHowThePeerLeft) {
    auto url = start();
    std::vector<int> codes;
    run([&]() -> asio::awaitable<void> {
        for (const char* how : {"leave 1000", "leave 4001", "drop"}) {
            WebSocketRequest request{.url = url, .allow_private = true};
            auto socket = co_await client_->connect_websocket(std::move(request));
            if (!socket) co_return;
            co_await (*socket)->read();
            (*socket)->send(how).value();
            co_await (*socket)->read();
            codes.push_back((*socket)->close_code());
        }
    });
    EXPECT_THAT(codes, testing::ElementsAre(1000, 4001, 1006));
}

TEST_F(WebSocketTest, MayNotReachPrivateAddresses) {
    auto url = start();
    core::Error error;
    run([&]() -> asio::awaitable<void> {
        WebSocketRequest request{.url = url};
        auto socket = co_await client_->connect_websocket(std::move(request));
        if (!socket) error = socket.error();
    });
    EXPECT_EQ(error, Errc::refused_address);
}

TEST_F(WebSocketTest, LeavesPlainRequestsToTheirHandler) {
    start();
    RawClient client(server_->port());
    EXPECT_THAT(client.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), testing::EndsWith("plain"));
}

TEST_F(WebSocketTest, RefusesAMessagePastItsLimit) {
    auto url = start();
    run([&]() -> asio::awaitable<void> {
        WebSocketRequest request{.url = url, .allow_private = true};
        auto socket = co_await client_->connect_websocket(std::move(request));
        if (!socket) co_return;
        (*socket)->send(std::string(100'001, 'x')).value();
        while (co_await (*socket)->read()) continue;
    });
    EXPECT_EQ(ended_.get_future().get(), Errc::too_large);
}

TEST_F(WebSocketTest, RefusesToQueueWithoutBound) {
    for (bool tls : {false, true}) {
        auto url = start(tls) + "/deaf";
        core::Result<void> sent;
        run([&]() -> asio::awaitable<void> {
            WebSocketRequest request{.url = url, .allow_private = true, .options = {.max_backlog = 100'000}};
            auto socket = co_await client_->connect_websocket(std::move(request));
            if (!socket) co_return;
            // What the system takes in for a peer that does not read has a bound of its own.
            for (int i = 0; sent && i < 1000; ++i) sent = (*socket)->send(std::string(65'536, 'x'));
            (*socket)->abort();
        });
        EXPECT_EQ(sent.error(), Errc::overloaded);
        server_.reset();
        context_.restart();
    }
}

TEST_F(WebSocketTest, SendsWhatTheSystemDoesNotTakeAtOnce) {
    for (bool tls : {false, true}) {
        auto url = start(tls);
        const std::string text(99'000, 'x');
        std::size_t heard = 0;
        run([&]() -> asio::awaitable<void> {
            WebSocketRequest request{.url = url, .allow_private = true, .options = {.max_backlog = 20'000'000}};
            auto socket = co_await client_->connect_websocket(std::move(request));
            if (!socket) co_return;
            co_await (*socket)->read();
            for (int i = 0; i < 150; ++i) (*socket)->send(text + std::to_string(100 + i)).value();
            for (int i = 0; i < 150; ++i) {
                auto message = co_await (*socket)->read();
                if (message && *message == "echo " + text + std::to_string(100 + i)) ++heard;
            }
            co_await (*socket)->close();
        });
        EXPECT_EQ(heard, 150U) << (tls ? "over TLS" : "");
        EXPECT_EQ(ended_.get_future().get(), Errc::closed);
        ended_ = {};
        server_.reset();
        context_.restart();
    }
}

TEST_F(WebSocketTest, AnswersTogetherWhatCameTogether) {
    start();
    RawClient client(server_->port());
    client.exchange(handshake);
    EXPECT_EQ(client.receive_exactly(3), "\x81\x01/");

    std::string frames;
    for (auto text : {"one", "two", "three"}) append_frame(frames, Opcode::text, text, MaskingKey{1, 2, 3, 4});
    client.send(frames);
    std::string expected;
    for (auto text : {"echo one", "echo two", "echo three"}) append_frame(expected, Opcode::text, text, {});
    EXPECT_EQ(client.receive_piece(), expected);
}

TEST_F(WebSocketTest, AnswersAPingWithWhatItHolds) {
    start();
    RawClient client(server_->port());
    client.exchange(handshake);
    std::string ping;
    append_frame(ping, Opcode::ping, "are you there?", MaskingKey{1, 2, 3, 4});
    client.send(ping);
    std::string expected("\x81\x01/");
    append_frame(expected, Opcode::pong, "are you there?", {});
    EXPECT_EQ(client.receive_exactly(expected.size()), expected);
}

TEST_F(WebSocketTest, LetsGoOfAPeerThatBreaksTheProtocolAndSaysWhy) {
    start();
    RawClient client(server_->port());
    client.exchange(handshake);
    client.send("\x81\x05Hello");  // not masked
    std::string expected("\x81\x01/");
    append_frame(expected, Opcode::close, close_payload(1002), {});
    EXPECT_EQ(client.receive_all(), expected);
    EXPECT_EQ(ended_.get_future().get(), Errc::malformed);
}

TEST_F(WebSocketTest, HearsWhatTheServerSaysRightBehindItsHandshake) {
    asio::io_context servers_context;
    asio::ip::tcp::acceptor acceptor(servers_context, {asio::ip::address_v4::loopback(), 0});
    std::thread server([&] {
        auto peer = acceptor.accept();
        std::string received;
        asio::read_until(peer, asio::dynamic_buffer(received), "\r\n\r\n");
        const std::string_view name = "Sec-WebSocket-Key: ";
        Request request;
        request.headers = {{"Sec-WebSocket-Key", received.substr(received.find(name) + name.size(), 24)}};
        auto bytes = upgrade_response(request);
        append_frame(bytes, Opcode::text, "one", {});
        append_frame(bytes, Opcode::text, "two", {});
        bytes.pop_back();
        asio::write(peer, asio::buffer(bytes));
        asio::write(peer, asio::buffer("o", 1));
        received.clear();
        boost::system::error_code ended;
        asio::read(peer, asio::dynamic_buffer(received), ended);
    });
    std::vector<std::string> heard;
    run([&]() -> asio::awaitable<void> {
        WebSocketRequest request{.url = "ws://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()),
                                 .allow_private = true};
        auto socket = co_await client_->connect_websocket(std::move(request));
        if (!socket) co_return;
        for (int i = 0; i < 2; ++i) {
            auto message = co_await (*socket)->read();
            heard.push_back(message ? *message : message.error().message());
        }
        (*socket)->abort();
    });
    server.join();
    EXPECT_THAT(heard, testing::ElementsAre("one", "two"));
}

TEST_F(WebSocketTest, GivesUpAPeerThatFallsSilent) {
    idle_time_ = 40ms;
    start();
    RawClient client(server_->port());
    client.send(handshake);
    EXPECT_THAT(client.receive(), testing::HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_EQ(ended_.get_future().get(), Errc::timed_out);
}

TEST_F(WebSocketTest, EndsWithItsServer) {
    auto url = start();
    std::promise<void> open;
    std::thread peer([&] {
        run([&]() -> asio::awaitable<void> {
            WebSocketRequest request{.url = url, .allow_private = true};
            auto socket = co_await client_->connect_websocket(std::move(request));
            open.set_value();
            if (!socket) co_return;
            while (co_await (*socket)->read()) continue;
        });
    });
    open.get_future().get();
    server_.reset();
    peer.join();
    EXPECT_EQ(ended_.get_future().get(), Errc::closed);
}
