#include "net/http_client.hpp"

#include "net/form.hpp"
#include "net/http_server.hpp"
#include "net/raw_client.hpp"
#include "net/test_certificate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <mutex>
#include <thread>

using namespace switchhook;
using namespace switchhook::net;
using namespace std::chrono_literals;
using core::Errc;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Answers each connection in turn with fixed bytes, once it has heard a whole header.
class ScriptedServer {
public:
    explicit ScriptedServer(std::vector<std::string> answers)
        : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}), thread_([this, answers = std::move(answers)] {
              for (const auto& answer : answers) {
                  tcp::socket socket(context_);
                  boost::system::error_code error;
                  acceptor_.accept(socket, error);
                  if (error) return;
                  std::string heard;
                  asio::read_until(socket, asio::dynamic_buffer(heard), "\r\n\r\n", error);
                  {
                      std::lock_guard lock(mutex_);
                      heard_ += heard;
                  }
                  asio::write(socket, asio::buffer(answer), error);
              }
          }) {}
    ~ScriptedServer() {
        // Unblocks an accept that nobody came to.
        boost::system::error_code error;
        tcp::socket(context_).connect(acceptor_.local_endpoint(), error);
        thread_.join();
    }

    std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
    }
    std::string heard() {
        std::lock_guard lock(mutex_);
        return heard_;
    }

private:
    asio::io_context context_;
    tcp::acceptor acceptor_;
    std::mutex mutex_;
    std::string heard_;
    std::thread thread_;
};

class HttpClientTest : public testing::Test {
protected:
    std::string start(HttpServer::Options options = {}) {
        auto scheme = options.tls ? "https" : "http";
        server_.emplace(
            workers_, std::move(options), [this](Request request) { return handle(std::move(request)); }, log_);
        origin_ = std::string(scheme) + "://127.0.0.1:" + std::to_string(server_->port());
        return origin_;
    }

    asio::awaitable<Response> handle(Request request) {
        ++handled_;
        if (request.path() == "/slow") {
            asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        if (request.path() == "/large") co_return text_response(200, std::string(100'000, 'x'));
        if (request.path() == "/redirect") {
            Response response{.status = 302};
            response.headers.add("Location", decoded_query(request));
            co_return response;
        }
        if (request.path() == "/loop") {
            Response response{.status = 302};
            response.headers.add("Location", "/loop");
            co_return response;
        }
        auto authorization = std::string(request.headers.find("Authorization").value_or("none"));
        co_return text_response(200, request.method + " " + request.target + " " + request.body + " " + authorization);
    }

    static std::string decoded_query(const Request& request) { return decode_form(request.query()).begin()->first; }

    core::Result<Response> send(ClientRequest request) {
        core::Result<Response> out = Errc::unavailable;
        asio::co_spawn(context_, client_->send(std::move(request)),
                       [&](std::exception_ptr failure, core::Result<Response> result) {
                           if (failure) std::rethrow_exception(failure);
                           out = std::move(result);
                       });
        context_.restart();
        context_.run();
        return out;
    }

    core::Result<Response> get(std::string url) { return send({.url = std::move(url), .allow_private = true}); }

    TemporaryFolder folder_;
    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    std::atomic<int> handled_ = 0;
    Workers workers_{{.count = 1}};
    std::optional<HttpServer> server_;
    std::string origin_;
    asio::io_context context_{1};
    std::optional<HttpClient> client_{std::in_place};
};

}  // namespace

TEST_F(HttpClientTest, BringsBackTheResponse) {
    auto response = send({.method = "POST", .url = start() + "/a?b=1#c", .body = "hello", .allow_private = true});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST /a?b=1 hello none");
    EXPECT_EQ(response->content_type, "text/plain; charset=utf-8");
    EXPECT_TRUE(response->headers.contains("date"));
}

TEST_F(HttpClientTest, SendsUserInfoAsBasicCredentials) {
    start();
    auto response = get("http://Aladdin:open%20sesame@127.0.0.1:" + std::to_string(server_->port()) + "/");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "GET /  Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_F(HttpClientTest, ResolvesNames) {
    start();
    auto response = get("http://localhost:" + std::to_string(server_->port()) + "/a");
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "GET /a  none");
}

TEST_F(HttpClientTest, KeepsTheConnection) {
    start();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(get(origin_ + "/a"));
    EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(HttpClientTest, AsksAgainWhenAKeptConnectionHasEnded) {
    start();
    ASSERT_TRUE(get(origin_ + "/a"));
    server_.reset();
    // The same origin, served anew.
    auto port = static_cast<std::uint16_t>(std::stoul(origin_.substr(origin_.rfind(':') + 1)));
    start({.port = port});
    auto response = send({.method = "POST", .url = origin_ + "/b", .allow_private = true});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "POST /b  none");
}

TEST_F(HttpClientTest, DoesNotRepeatAPostThatMayHaveBeenHeard) {
    // The server hears the POST and hangs up.
    ScriptedServer silent({"", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"});
    EXPECT_EQ(send({.method = "POST", .url = silent.url(), .allow_private = true}).error(), Errc::closed);
    EXPECT_EQ(silent.heard().find("POST"), silent.heard().rfind("POST"));
}

TEST_F(HttpClientTest, GivesUpAtItsDeadline) {
    start();
    auto began = std::chrono::steady_clock::now();
    auto response = send({.url = origin_ + "/slow", .timeout = 30ms, .allow_private = true});
    EXPECT_EQ(response.error(), Errc::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(HttpClientTest, GivesUpOnAHandshakeAtItsDeadline) {
    tcp::acceptor mute(context_, {asio::ip::address_v4::loopback(), 0});
    auto response = send({.url = "https://127.0.0.1:" + std::to_string(mute.local_endpoint().port()),
                          .timeout = 30ms,
                          .allow_private = true});
    EXPECT_EQ(response.error(), Errc::timed_out);
}

TEST_F(HttpClientTest, RefusesAResponsePastItsLimit) {
    start();
    EXPECT_EQ(send({.url = origin_ + "/large", .max_body = 99'999, .allow_private = true}).error(), Errc::too_large);
    EXPECT_EQ(send({.url = origin_ + "/large", .max_body = 100'000, .allow_private = true})->body.size(), 100'000u);
    ScriptedServer endless({"HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x')});
    EXPECT_EQ(send({.url = endless.url(), .max_body = 4000, .allow_private = true}).error(), Errc::too_large);
}

TEST_F(HttpClientTest, ReadsABodyThatEndsWithItsConnection) {
    ScriptedServer server({"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\r\n\r\nto the end"});
    auto response = get(server.url());
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "to the end");
}

TEST_F(HttpClientTest, HandsOutABodyAsItComes) {
    tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
    std::promise<void> heard_one;
    std::thread server([&] {
        tcp::socket socket(context_);
        acceptor.accept(socket);
        std::string request;
        asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n");
        asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                     "3\r\none\r\n")));
        // The rest is written only once the client has had what came before.
        heard_one.get_future().wait_for(std::chrono::seconds(5));
        asio::write(socket, asio::buffer(std::string("3\r\ntwo\r\n0\r\n\r\n")));
    });
    std::vector<std::string> pieces;
    auto response = send({.url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()),
                          .allow_private = true,
                          .on_body = [&](std::string_view piece) {
                              if (pieces.empty()) heard_one.set_value();
                              pieces.emplace_back(piece);
                              return true;
                          }});
    server.join();
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_THAT(pieces, testing::ElementsAre("one", "two"));
    EXPECT_EQ(response->body, "");
}

TEST_F(HttpClientTest, ReadsNoMoreOfABodyThanIsWanted) {
    ScriptedServer server(
        {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nenough", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"});
    std::string heard;
    auto response = send({.url = server.url(), .allow_private = true, .on_body = [&](std::string_view piece) {
                              heard += piece;
                              return false;
                          }});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(heard, "enough");
    EXPECT_EQ(get(server.url())->body, "hi") << "on a connection of its own";
}

TEST_F(HttpClientTest, KeepsTheConnectionOfABodyHandedOutWhole) {
    start();
    std::size_t heard = 0;
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(send({.url = origin_ + "/large", .allow_private = true, .on_body = [&](std::string_view piece) {
                              heard += piece.size();
                              return true;
                          }}));
    EXPECT_EQ(heard, 200'000u);
    EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(HttpClientTest, KeepsTheBodyOfAFailureWhole) {
    ScriptedServer server({"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 8\r\n\r\nslow you"});
    auto response = send({.url = server.url(), .allow_private = true, .on_body = [](std::string_view) {
                              ADD_FAILURE() << "only a 2xx response is handed out";
                              return true;
                          }});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "slow you");
}

TEST_F(HttpClientTest, HoldsABodyHandedOutToTheLimitsOfAnyOther) {
    start();
    auto take = [](std::string_view) { return true; };
    EXPECT_EQ(send({.url = origin_ + "/large", .max_body = 99'999, .allow_private = true, .on_body = take}).error(),
              Errc::too_large);
    ScriptedServer endless({"HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x')});
    EXPECT_EQ(send({.url = endless.url(), .max_body = 4000, .allow_private = true, .on_body = take}).error(),
              Errc::too_large);
    ScriptedServer cut_short({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"});
    EXPECT_EQ(send({.url = cut_short.url(), .allow_private = true, .on_body = take}).error(), Errc::closed);
    EXPECT_EQ(send({.url = origin_ + "/slow", .timeout = 30ms, .allow_private = true, .on_body = take}).error(),
              Errc::timed_out);
}

TEST_F(HttpClientTest, NoticesABodyCutShort) {
    ScriptedServer server({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"});
    EXPECT_EQ(get(server.url()).error(), Errc::closed);
}

TEST_F(HttpClientTest, NoticesWhatIsNotHttp) {
    ScriptedServer server({"SSH-2.0-OpenSSH_9.2\r\n\r\n"});
    EXPECT_EQ(get(server.url()).error(), Errc::malformed);
}

TEST_F(HttpClientTest, HeadHasNoBody) {
    start();
    auto response = send({.method = "HEAD", .url = origin_ + "/large", .allow_private = true});
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "");
    EXPECT_EQ(response->headers.find("Content-Length"), "100000");
    EXPECT_TRUE(get(origin_ + "/a"));
}

TEST_F(HttpClientTest, RefusesPrivateAddresses) {
    start();
    auto port = std::to_string(server_->port());
    for (auto host : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1", "%31%32%37.0.0.1",
                      "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"})
        EXPECT_EQ(send({.url = "http://" + std::string(host) + ":" + port + "/"}).error(), Errc::refused_address)
            << host;
    EXPECT_EQ(handled_, 0);
}

TEST_F(HttpClientTest, DoesNotLendAPrivateConnectionToWhoMayNotHaveIt) {
    start();
    ASSERT_TRUE(get(origin_ + "/a"));
    EXPECT_EQ(send({.url = origin_ + "/a"}).error(), Errc::refused_address);
}

TEST_F(HttpClientTest, RefusesARedirectToAPrivateAddress) {
    start();
    // As if 127.0.0.1 were a public address.
    client_.emplace(HttpClient::Options{
        .may_reach = [](const asio::ip::address& address) { return address.to_string() == "127.0.0.1"; }});
    EXPECT_TRUE(send({.url = origin_ + "/redirect?/a"}));
    EXPECT_EQ(handled_, 2);
    auto port = std::to_string(server_->port());
    for (auto host : {"127.0.0.2", "10.0.0.1", "%5B::1%5D", "169.254.169.254"})
        EXPECT_EQ(send({.url = origin_ + "/redirect?http://" + host + ":" + port + "/"}).error(), Errc::refused_address)
            << host;
}

TEST_F(HttpClientTest, FollowsRedirects) {
    start();
    auto response = get(origin_ + "/redirect?/redirect?/a");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "GET /a  none");
}

TEST_F(HttpClientTest, GivesTheRedirectItselfAfterFive) {
    start();
    auto response = get(origin_ + "/loop");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 302);
    EXPECT_EQ(handled_, 6);
}

TEST_F(HttpClientTest, DoesNotFollowARedirectedPost) {
    start();
    auto response = send({.method = "POST", .url = origin_ + "/redirect?/a", .allow_private = true});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 302);
}

TEST_F(HttpClientTest, LeavesCredentialsWithTheirOrigin) {
    start();
    ClientRequest request{.headers = {{"Authorization", "Bearer secret"}}, .allow_private = true};
    request.url = origin_ + "/redirect?/a";
    EXPECT_EQ(send(request)->body, "GET /a  Bearer secret");
    request.url = origin_ + "/redirect?http://localhost:" + std::to_string(server_->port()) + "/a";
    EXPECT_EQ(send(request)->body, "GET /a  none");
}

TEST_F(HttpClientTest, SaysWhenNobodyAnswers) {
    std::uint16_t port;
    {
        tcp::acceptor gone(context_, {asio::ip::address_v4::loopback(), 0});
        port = gone.local_endpoint().port();
    }
    EXPECT_EQ(get("http://127.0.0.1:" + std::to_string(port)).error(), Errc::unreachable);
    EXPECT_EQ(get("http://no-such-host.invalid/").error(), Errc::unreachable);
}

TEST_F(HttpClientTest, RefusesToSendWhatWouldBreakTheRequest) {
    start();
    EXPECT_EQ(send({.method = "GET /x", .url = origin_, .allow_private = true}).error(), Errc::malformed);
    EXPECT_EQ(send({.url = origin_, .headers = {{"A", "b\r\nC: d"}}, .allow_private = true}).error(), Errc::malformed);
    EXPECT_EQ(send({.url = origin_, .headers = {{"A b", "c"}}, .allow_private = true}).error(), Errc::malformed);
    EXPECT_EQ(send({.url = "ws://127.0.0.1/", .allow_private = true}).error(), Errc::malformed);
    EXPECT_EQ(handled_, 0);
}

class HttpClientTlsTest : public HttpClientTest {
protected:
    HttpServer::Options tls(const std::string& names) {
        write_certificate(folder_.file("chain.pem"), folder_.file("key.pem"), names);
        return {.tls = HttpServer::Tls{folder_.file("chain.pem"), folder_.file("key.pem"), 1h}};
    }

    // As an operator would name the roots to trust.
    void trust(const std::string& file) {
        setenv("SSL_CERT_FILE", file.c_str(), 1);
        client_.emplace();
        unsetenv("SSL_CERT_FILE");
    }
};

TEST_F(HttpClientTlsTest, ChecksTheCertificateAgainstItsRootsAndTheName) {
    start(tls("DNS:localhost,IP:127.0.0.1"));
    trust(folder_.file("chain.pem"));
    auto response = get(origin_ + "/a");
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->body, "GET /a  none");
    EXPECT_TRUE(get("https://localhost:" + std::to_string(server_->port()) + "/"));
    EXPECT_TRUE(get(origin_ + "/b"));
    EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(HttpClientTlsTest, RefusesACertificateForAnotherName) {
    start(tls("DNS:example.com"));
    trust(folder_.file("chain.pem"));
    EXPECT_EQ(get(origin_ + "/").error(), Errc::certificate);
    EXPECT_EQ(get("https://localhost:" + std::to_string(server_->port()) + "/").error(), Errc::certificate);
    EXPECT_EQ(handled_, 0);
}

TEST_F(HttpClientTlsTest, RefusesACertificateOfNoKnownRoot) {
    start(tls("DNS:localhost,IP:127.0.0.1"));
    EXPECT_EQ(get(origin_ + "/").error(), Errc::certificate);
    EXPECT_EQ(handled_, 0);
}

TEST_F(HttpClientTlsTest, SaysWhenTheServerSpeaksNoTls) {
    start();
    EXPECT_EQ(get("https://127.0.0.1:" + std::to_string(server_->port()) + "/").error(), Errc::unreachable);
}
