#include "net/http_server.hpp"

#include "net/raw_client.hpp"
#include "net/test_certificate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <stdexcept>

using namespace switchhook;
using namespace switchhook::net;
using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace asio = boost::asio;

namespace {

// Holds handlers back until it is opened.
class Gate {
public:
    asio::awaitable<void> pass() {
        auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor,
                                                          asio::steady_timer::time_point::max());
        {
            std::lock_guard lock(mutex_);
            ++arrived_;
            changed_.notify_all();
            if (open_) co_return;
            waiting_.push_back(timer);
        }
        co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    }

    void await_arrivals(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return arrived_ >= count; });
    }

    void open() {
        std::lock_guard lock(mutex_);
        open_ = true;
        for (auto& waiting : waiting_)
            if (auto timer = waiting.lock()) asio::post(timer->get_executor(), [timer] { timer->cancel(); });
        waiting_.clear();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int arrived_ = 0;
    bool open_ = false;
    std::vector<std::weak_ptr<asio::steady_timer>> waiting_;
};

class HttpServerTest : public testing::Test {
protected:
    std::uint16_t start(HttpServer::Options options = {}, std::size_t threads = 1) {
        workers_.emplace(Workers::Options{.count = threads});
        server_.emplace(
            *workers_, std::move(options), [this](Request request) { return handle(std::move(request)); }, log_);
        return server_->port();
    }

    asio::awaitable<Response> handle(Request request) {
        if (request.path() == "/gate") co_await gate_.pass();
        if (request.path() == "/throw") throw std::runtime_error("the handler broke");
        if (request.path() == "/large") co_return text_response(200, std::string(8 << 20, 'x'));
        if (request.path() == "/json")
            co_return json_response(200, {{"target", request.target},
                                          {"method", request.method},
                                          {"peer", request.peer.to_string()},
                                          {"secure", request.secure},
                                          {"note", std::string(request.headers.find("x-note").value_or(""))}});
        co_return text_response(200, request.method + " " + request.target + " " + request.body);
    }

    std::mutex mutex_;
    std::string logged_;
    core::Log log_{{}, [this](std::string_view line) {
                       std::lock_guard lock(mutex_);
                       logged_ += line;
                   }};
    Gate gate_;
    std::optional<Workers> workers_;
    std::optional<HttpServer> server_;
};

}  // namespace

TEST_F(HttpServerTest, HandsTheRequestOverAsItCame) {
    RawClient client(start());
    auto response = client.exchange("GET /json?a=%2B&a=+ HTTP/1.1\r\nHost: x\r\nX-NOTE:  two words \r\n\r\n");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(response, EndsWith(R"({"method":"GET","note":"two words","peer":"127.0.0.1","secure":false,)"
                                   R"("target":"/json?a=%2B&a=+"})"));
}

TEST_F(HttpServerTest, KeepsTheConnectionForMoreRequests) {
    RawClient client(start());
    EXPECT_THAT(client.exchange("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"),
                EndsWith("POST /a abc"));
    EXPECT_THAT(client.exchange("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), EndsWith("POST /b "));
    EXPECT_THAT(client.exchange("GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(client.receive(), "");
}

TEST_F(HttpServerTest, ClosesAfterAnHttp10RequestUnlessAskedNotTo) {
    auto port = start();
    RawClient client(port);
    EXPECT_THAT(client.exchange("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_THAT(client.exchange("GET /b HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(client.receive(), "");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    RawClient client(start());
    std::string all;
    for (int i = 0; i < 500; ++i)
        all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
    client.send(all);
    for (int i = 0; i < 500; ++i) ASSERT_THAT(client.receive(), EndsWith("POST /" + std::to_string(i) + " hi"));
}

TEST_F(HttpServerTest, ReadsChunkedBodiesHoweverTheyAreCut) {
    RawClient client(start());
    std::string request =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;note=1\r\ndefg\r\n0\r\n\r\n";
    client.socket().set_option(asio::ip::tcp::no_delay(true));
    for (char c : request) client.send(std::string(1, c));
    EXPECT_THAT(client.receive(), EndsWith("POST / abcdefg"));
}

TEST_F(HttpServerTest, InvitesABodyThatWaitsForLeave) {
    RawClient client(start());
    EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
              "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(client.exchange("hi"), EndsWith("POST / hi"));
}

TEST_F(HttpServerTest, SendsNoBodyToHead) {
    RawClient client(start());
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.receive(true), HasSubstr("Content-Length: 8\r\n"));
    EXPECT_THAT(client.exchange("GET /b HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, SaysWhatIsWrongWithAMalformedRequest) {
    auto port = start();
    for (std::string bytes :
         {"nonsense\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nx",
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        RawClient client(port);
        client.send(bytes);
        auto response = client.receive_all();
        EXPECT_THAT(response, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bytes;
        EXPECT_THAT(response, HasSubstr("This is not well-formed HTTP/1.1: ")) << bytes;
        EXPECT_THAT(response, HasSubstr("Connection: close\r\n")) << bytes;
    }
}

TEST_F(HttpServerTest, RefusesAHeaderPastItsLimit) {
    auto port = start();
    RawClient fits(port);
    auto start = std::string("GET / HTTP/1.1\r\nHost: x\r\nX-Long: ");
    EXPECT_THAT(fits.exchange(start + std::string(16 * 1024 - start.size() - 4, 'x') + "\r\n\r\n"),
                StartsWith("HTTP/1.1 200 OK"));
    RawClient client(port);
    client.send(start + std::string(40'000, 'x') + "\r\n\r\n");
    auto response = client.receive_all();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
    EXPECT_THAT(response, EndsWith("longer than 16384 bytes.\n"));
}

TEST_F(HttpServerTest, RefusesABodyPastItsLimit) {
    auto port = start();
    RawClient fits(port);
    EXPECT_THAT(
        fits.exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + std::string(1048576, 'x')),
        StartsWith("HTTP/1.1 200 OK"));
    RawClient declared(port);
    declared.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
    EXPECT_THAT(declared.receive_all(), StartsWith("HTTP/1.1 413 Payload Too Large\r\n"));
    RawClient chunked(port);
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" +
                 std::string(0x100001, 'x'));
    EXPECT_THAT(chunked.receive_all(), StartsWith("HTTP/1.1 413 Payload Too Large\r\n"));
}

TEST_F(HttpServerTest, AnswersAThrowingHandlerWith500AndGoesOn) {
    RawClient client(start());
    EXPECT_THAT(client.exchange("GET /throw?token=1 HTTP/1.1\r\nHost: x\r\n\r\n"),
                StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_THAT(client.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
    std::lock_guard lock(mutex_);
    EXPECT_THAT(logged_, HasSubstr("path=/throw what=\"the handler broke\""));
    EXPECT_THAT(logged_, Not(HasSubstr("token")));
}

TEST_F(HttpServerTest, DropsAClientThatDripsItsHeader) {
    RawClient client(start({.header_time = 50ms}));
    client.socket().set_option(asio::ip::tcp::no_delay(true));
    auto began = std::chrono::steady_clock::now();
    boost::system::error_code error;
    // One byte at a time, for as long as the server takes it.
    std::string_view byte = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
    asio::write(client.socket(), asio::buffer(byte), error);
    asio::steady_timer pause(client.socket().get_executor());
    for (int i = 0; i < 2000 && !error; ++i) {
        pause.expires_after(5ms);
        pause.wait();
        asio::write(client.socket(), asio::buffer("x", 1), error);
    }
    EXPECT_TRUE(error);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(HttpServerTest, DropsAClientThatSendsNothing) {
    RawClient client(start({.header_time = 20ms}));
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(HttpServerTest, DropsAClientThatStallsInItsBody) {
    RawClient client(start({.body_time = 20ms}));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(HttpServerTest, DropsAnIdleConnection) {
    RawClient client(start({.idle_time = 20ms}));
    EXPECT_THAT(client.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(HttpServerTest, DropsAClientThatDoesNotReadItsResponse) {
    RawClient client(start({.write_time = 20ms}));
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    while (server_->connections() == 0) std::this_thread::yield();
    server_->stop();
    EXPECT_TRUE(server_->wait_until_drained(10s));
    EXPECT_LT(client.receive_all().size(), std::size_t{8} << 20);
}

TEST_F(HttpServerTest, SendsALargeResponseWhole) {
    RawClient client(start());
    EXPECT_EQ(client.exchange("GET /large HTTP/1.1\r\nHost: x\r\n\r\n").substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_THAT(client.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("GET /a "));
}

TEST_F(HttpServerTest, RefusesARequestTooManyAtOnce) {
    std::atomic<int> counted = 0;
    auto port = start({.max_in_flight = 1, .on_overload = [&] { ++counted; }});
    RawClient first(port);
    first.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    gate_.await_arrivals(1);

    RawClient second(port);
    auto refused = second.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_THAT(refused, HasSubstr("Retry-After: 1\r\n"));
    EXPECT_EQ(counted, 1);

    gate_.open();
    EXPECT_THAT(first.receive(), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(second.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, RefusesAConnectionTooManyAtOnce) {
    auto port = start({.max_connections = 1});
    RawClient first(port);
    EXPECT_THAT(first.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
    RawClient second(port);
    auto refused = second.receive_all();
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_THAT(refused, HasSubstr("Retry-After: 1\r\n"));
    EXPECT_THAT(first.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, ListensWithEveryWorkerOnOnePort) {
    auto port = start({}, 4);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 64; ++i) clients.push_back(std::make_unique<RawClient>(port));
    for (auto& client : clients) client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    for (auto& client : clients) EXPECT_THAT(client->receive(), EndsWith("GET /a "));
    EXPECT_EQ(server_->connections(), 64u);
}

// Each worker stops listening when its turn comes: nobody can connect once the last one has.
bool refuses_soon(std::uint16_t port) {
    auto until = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < until) {
        try {
            RawClient late(port);
        } catch (const boost::system::system_error&) {
            return true;
        }
    }
    return false;
}

TEST_F(HttpServerTest, FinishesWhatIsInFlightWhenItStops) {
    auto port = start({}, 2);
    RawClient idle(port);
    EXPECT_THAT(idle.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
    RawClient busy(port);
    busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    gate_.await_arrivals(1);

    server_->stop();
    EXPECT_EQ(idle.receive_all(), "");
    EXPECT_FALSE(server_->wait_until_drained(1ms));
    EXPECT_TRUE(refuses_soon(port));
    gate_.open();
    EXPECT_THAT(busy.receive_all(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(server_->wait_until_drained(10s));
}

TEST_F(HttpServerTest, CutsWhatIsLeftWhenItIsDestroyed) {
    auto port = start();
    RawClient busy(port);
    busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    gate_.await_arrivals(1);
    server_.reset();
    EXPECT_EQ(busy.receive_all(), "");
}

TEST_F(HttpServerTest, SaysWhenItsAddressIsTaken) {
    boost::asio::io_context context;
    asio::ip::tcp::acceptor taken(context, {asio::ip::address_v4::loopback(), 0});
    EXPECT_THROW(start({.port = taken.local_endpoint().port()}), boost::system::system_error);
}

// A blocking TLS client that trusts whatever it is shown.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port) : stream_(context_, tls_) {
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(asio::ssl::stream_base::client);
    }

    long serial() {
        std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(stream_.native_handle()),
                                                          &X509_free);
        return ASN1_INTEGER_get(X509_get0_serialNumber(shown.get()));
    }

    std::string exchange(std::string_view bytes) {
        asio::write(stream_, asio::buffer(bytes));
        boost::system::error_code error;
        std::string received;
        asio::read_until(stream_, asio::dynamic_buffer(received), "\r\n\r\n", error);
        return received;
    }

private:
    asio::io_context context_;
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

class HttpServerTlsTest : public HttpServerTest {
protected:
    void write(long serial) {
        write_certificate(folder_.file("chain.pem"), folder_.file("key.pem"), "DNS:localhost", serial);
    }
    HttpServer::Options tls(std::chrono::milliseconds poll = 1h) const {
        return {.tls = HttpServer::Tls{folder_.file("chain.pem"), folder_.file("key.pem"), poll}};
    }

    TemporaryFolder folder_;
};

TEST_F(HttpServerTlsTest, SaysThatTheRequestCameOverTls) {
    write(1);
    TlsClient client(start(tls()));
    EXPECT_THAT(client.exchange("GET /json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                HasSubstr(R"("secure":true)"));
}

TEST_F(HttpServerTlsTest, ChangesItsCertificateWithoutDroppingAConnection) {
    write(1);
    auto port = start(tls(), 2);
    TlsClient before(port);
    EXPECT_EQ(before.serial(), 1);

    write(2);
    EXPECT_TRUE(server_->reload_certificate());
    EXPECT_EQ(TlsClient(port).serial(), 2);
    EXPECT_THAT(before.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTlsTest, KeepsItsCertificateWhenTheNewOneIsBroken) {
    write(1);
    auto port = start(tls());
    // A key that belongs to another certificate.
    write_certificate(folder_.file("other.pem"), folder_.file("key.pem"), "DNS:localhost", 3);
    EXPECT_FALSE(server_->reload_certificate());
    EXPECT_EQ(TlsClient(port).serial(), 1);
}

TEST_F(HttpServerTlsTest, NoticesNewFilesByItself) {
    write(1);
    auto port = start(tls(5ms));
    EXPECT_EQ(TlsClient(port).serial(), 1);
    write(2);
    auto until = std::chrono::steady_clock::now() + 20s;
    while (TlsClient(port).serial() != 2) ASSERT_LT(std::chrono::steady_clock::now(), until);
}

TEST_F(HttpServerTlsTest, DropsAClientThatNeverFinishesItsHandshake) {
    write(1);
    auto options = tls();
    options.header_time = 20ms;
    RawClient client(start(std::move(options)));
    EXPECT_EQ(client.receive_all(), "");
}

TEST_F(HttpServerTlsTest, NeedsItsFiles) {
    EXPECT_THROW(start(tls()), boost::system::system_error);
}
