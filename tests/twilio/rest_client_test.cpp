#include "twilio/rest_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>

using namespace switchhook;
using namespace switchhook::twilio;
using std::chrono::milliseconds;
using testing::ElementsAre;

namespace {

namespace asio = boost::asio;

// Answers with what it was given, one after the other, and keeps what it was sent.
class ScriptedSender final : public HttpSender {
public:
    std::deque<core::Result<net::Response>> responses;
    std::vector<net::ClientRequest> requests;

    asio::awaitable<core::Result<net::Response>> send(net::ClientRequest request) override {
        requests.push_back(std::move(request));
        auto response = responses.front();
        responses.pop_front();
        co_return response;
    }
};

net::Response response(int status, std::string body, net::Headers headers = {}) {
    return {status, "application/json", std::move(body), std::move(headers)};
}

RestResult run(asio::awaitable<RestResult> work) {
    asio::io_context context;
    std::optional<RestResult> result;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, RestResult given) {
        EXPECT_FALSE(error);
        result.emplace(std::move(given));
    });
    context.run();
    return std::move(*result);
}

struct RestClientTest : testing::Test {
    ScriptedSender sender;
    std::vector<milliseconds> slept;
    double random = 0.5;

    RestClient client(RestClient::Options options) {
        options.account_sid = "AC1";
        options.secret = core::Secret("token");
        auto sleep = [this](milliseconds duration) -> asio::awaitable<void> {
            slept.push_back(duration);
            co_return;
        };
        return RestClient(std::move(options), sender, sleep, [this] { return random; });
    }
    RestClient client() { return client({}); }
};

}  // namespace

TEST_F(RestClientTest, SendsAMessage) {
    sender.responses = {response(201, R"({"sid":"SM1","status":"queued","price":null})")};
    const auto sent = run(client().create_message({"+15550100",
                                                   "+15550101",
                                                   "",
                                                   "Grüße & more",
                                                   {"https://e.com/a", "https://e.com/b"},
                                                   "https://e.com/status"}));
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->sid, "SM1");
    EXPECT_EQ(sent->status, "queued");
    EXPECT_EQ(sent->all["price"], nullptr);
    const auto& request = sender.requests.at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
    EXPECT_EQ(request.headers.find("Authorization"), "Basic QUMxOnRva2Vu");
    EXPECT_EQ(request.headers.find("Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(request.body,
              "To=%2B15550100&From=%2B15550101&Body=Gr%C3%BC%C3%9Fe+%26+more&MediaUrl=https%3A%2F%2Fe.com%2Fa&"
              "MediaUrl=https%3A%2F%2Fe.com%2Fb&StatusCallback=https%3A%2F%2Fe.com%2Fstatus");
}

TEST_F(RestClientTest, PlacesACall) {
    sender.responses = {response(201, R"({"sid":"CA1","status":"queued"})")};
    NewCall call;
    call.to = "+15550100";
    call.from = "+15550101";
    call.url = "https://e.com/twilio/voice";
    call.status_callback_events = {"initiated", "completed"};
    call.more.add("Record", "true");
    ASSERT_TRUE(run(client().create_call(std::move(call))));
    EXPECT_EQ(sender.requests.at(0).url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json");
    EXPECT_EQ(sender.requests.at(0).body,
              "To=%2B15550100&From=%2B15550101&Url=https%3A%2F%2Fe.com%2Ftwilio%2Fvoice&StatusCallbackEvent=initiated&"
              "StatusCallbackEvent=completed&Timeout=60&Record=true");
}

TEST_F(RestClientTest, ChangesACall) {
    sender.responses = {response(200, R"({"sid":"CA1","status":"completed"})")};
    EXPECT_EQ(run(client().update_call("CA1", {"", "", "completed"}))->status, "completed");
    EXPECT_EQ(sender.requests.at(0).url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/CA1.json");
    EXPECT_EQ(sender.requests.at(0).body, "Status=completed");
}

TEST_F(RestClientTest, FetchesTheAccountWithAnApiKeyFromAnotherServer) {
    sender.responses = {response(200, R"({"sid":"AC1","status":"active"})")};
    RestClient::Options options;
    options.user = "SK1";
    options.base_url = "http://127.0.0.1:9000/";
    EXPECT_EQ(run(client(std::move(options)).fetch_account())->status, "active");
    const auto& request = sender.requests.at(0);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url, "http://127.0.0.1:9000/2010-04-01/Accounts/AC1.json");
    EXPECT_EQ(request.headers.find("Authorization"), "Basic U0sxOnRva2Vu");
    EXPECT_EQ(request.body, "");
}

TEST_F(RestClientTest, GivesTwiliosErrorCode) {
    sender.responses = {
        response(400, R"({"code":21610,"message":"Attempt to send to unsubscribed recipient","status":400})")};
    const auto refused = run(client().create_message({}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 21610);
    EXPECT_TRUE(refused.error().opted_out());
    EXPECT_EQ(refused.error().status, 400);
    EXPECT_EQ(refused.error().message, "Attempt to send to unsubscribed recipient");
}

TEST_F(RestClientTest, StandsAnErrorWithoutABody) {
    sender.responses = {response(503, "")};
    const auto refused = run(client().fetch_account());
    EXPECT_EQ(refused.error().status, 503);
    EXPECT_EQ(refused.error().code, 0);
    EXPECT_EQ(refused.error().message, "HTTP 503");
}

TEST_F(RestClientTest, StandsAnAnswerThatIsNoJson) {
    sender.responses = {response(200, "<html>")};
    EXPECT_EQ(run(client().fetch_account()).error().cause, core::Errc::malformed);
    sender.responses = {response(400, R"({"code":"x","message":[1]})")};
    EXPECT_EQ(run(client().fetch_account()).error().message, "HTTP 400");
}

TEST_F(RestClientTest, TriesAgainAfterTooManyRequests) {
    sender.responses = {response(429, R"({"code":20429})"), response(429, R"({"code":20429})"),
                        response(201, R"({"sid":"SM1"})")};
    EXPECT_TRUE(run(client().create_message({})));
    EXPECT_THAT(slept, ElementsAre(milliseconds(100), milliseconds(200)));
    EXPECT_EQ(sender.requests.size(), 3u);
    EXPECT_EQ(sender.requests[0].body, sender.requests[2].body);
}

TEST_F(RestClientTest, GivesUpAfterItsTries) {
    for (int i = 0; i < 20; ++i) sender.responses.push_back(response(429, R"({"code":20429})"));
    random = 0.999;
    RestClient::Options options;
    options.tries = 8;
    EXPECT_EQ(run(client(std::move(options)).create_message({})).error().code, 20429);
    EXPECT_EQ(sender.requests.size(), 8u);
    EXPECT_EQ(slept.size(), 7u);
    EXPECT_LT(slept.back(), milliseconds(3000));
}

TEST_F(RestClientTest, WaitsAsLongAsTwilioAsks) {
    sender.responses = {response(429, "", {{"Retry-After", "2"}}), response(429, "", {{"Retry-After", "86400"}}),
                        response(201, "{}")};
    EXPECT_TRUE(run(client().create_message({})));
    EXPECT_THAT(slept, ElementsAre(milliseconds(2000), milliseconds(10000)));
}

TEST_F(RestClientTest, NeverRepeatsARequestThatMayHaveBeenProcessed) {
    sender.responses = {core::Error(core::Errc::timed_out)};
    const auto lost = run(client().create_message({}));
    EXPECT_EQ(lost.error().cause, core::Errc::timed_out);
    EXPECT_EQ(lost.error().status, 0);
    EXPECT_EQ(sender.requests.size(), 1u);
    sender.responses = {response(500, "")};
    EXPECT_FALSE(run(client().create_message({})));
    EXPECT_EQ(sender.requests.size(), 2u);
    EXPECT_TRUE(slept.empty());
}
