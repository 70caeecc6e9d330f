#include "sim/web_server.hpp"

#include "awaited.hpp"
#include "net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::sim;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class WebServerTest : public testing::Test {
protected:
    net::Response send(const std::string& method, const std::string& path, const std::string& body = "") {
        net::ClientRequest request;
        request.method = method;
        request.url = server_.url() + path;
        request.body = body;
        request.allow_private = true;
        return *tests::run(context_, client_.send(std::move(request)));
    }

    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    WebServer server_{workers_, log_};
    boost::asio::io_context context_;
    net::HttpClient client_;
};

}  // namespace

TEST_F(WebServerTest, RepliesAsItWasToldLast) {
    server_.reply({"GET /slots?day=*", net::json_response(200, {{"slots", {"10:00"}}})});
    server_.reply({"GET /slots?day=friday", net::text_response(503, "")});
    EXPECT_EQ(send("GET", "/slots?day=monday").body, R"({"slots":["10:00"]})");
    EXPECT_EQ(send("GET", "/slots?day=friday").status, 503);
}

TEST_F(WebServerTest, HasNothingElse) {
    server_.reply({"GET /slots", net::json_response(200, core::Json::object())});
    auto response = send("POST", "/slots");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("POST /slots"));
}

TEST_F(WebServerTest, TakesItsTime) {
    server_.reply({"GET /slow", net::text_response(200, "done"), 50ms});
    auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(send("GET", "/slow").body, "done");
    EXPECT_GE(std::chrono::steady_clock::now() - before, 50ms);
}

TEST_F(WebServerTest, KeepsWhatItWasSent) {
    send("POST", "/appointments", R"({"name":"Ann"})");
    ASSERT_EQ(server_.requests().size(), 1U);
    EXPECT_EQ(server_.requests()[0].method, "POST");
    EXPECT_EQ(server_.requests()[0].target, "/appointments");
    EXPECT_EQ(server_.requests()[0].body, R"({"name":"Ann"})");
}

TEST(Patterns, FitAnyTextAtAStar) {
    EXPECT_TRUE(fits("GET /a", "GET /a"));
    EXPECT_FALSE(fits("GET /a", "GET /ab"));
    EXPECT_TRUE(fits("GET /*/c", "GET /a/b/c"));
    EXPECT_TRUE(fits("GET /a*", "GET /a"));
    EXPECT_FALSE(fits("GET /*/c", "GET /a/b"));
    EXPECT_TRUE(fits("*a*b*", "xaxbx"));
}
