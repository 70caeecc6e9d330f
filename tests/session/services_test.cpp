#include "session/services.hpp"

#include "net/http_server.hpp"
#include "session/session_fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using namespace std::chrono_literals;
using core::Answer;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

// A web server on loopback that answers with the statuses it is given, one after the other, then always with the last.
class WebServer {
public:
    explicit WebServer(std::deque<net::Response> responses) : responses_(std::move(responses)) {}
    ~WebServer() {
        {
            std::lock_guard lock(mutex_);
            held_ = false;
        }
        server_.stop();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/orders"; }
    void hold() { held_ = true; }
    std::vector<net::Request> requests() const {
        std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    boost::asio::awaitable<net::Response> answer(net::Request request) {
        net::Response response;
        {
            std::lock_guard lock(mutex_);
            requests_.push_back(std::move(request));
            response = responses_.front();
            if (responses_.size() > 1) responses_.pop_front();
        }
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        while (held_) {
            timer.expires_after(1ms);
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        co_return response;
    }

    mutable std::mutex mutex_;
    std::deque<net::Response> responses_;
    std::vector<net::Request> requests_;
    std::atomic<bool> held_{false};
    LogLines lines_;
    net::Workers workers_{{.count = 1}};
    net::HttpServer server_{
        workers_, {}, [this](net::Request request) { return answer(std::move(request)); }, lines_.log};
};

class ServicesOfACall : public testing::Test, protected World {
protected:
    Answer perform(Services& by, std::string kind, Json options) {
        return perform_as(4, by, std::move(kind), std::move(options));
    }
    Answer perform_as(unsigned seq, Services& by, std::string kind, Json options) {
        core::Ask ask{std::move(kind), std::move(options), "flow.lua:7"};
        return tests::run(context, by.perform(ask, {"CA1", "test", "+15550100", "AC1", seq}));
    }
    Answer perform(std::string kind, Json options) { return perform(open, std::move(kind), std::move(options)); }
    Answer kv(Json options) { return perform_as(++asks_, open, "kv", std::move(options)); }
    // The latest kv() as an engine performs it that does not know of it.
    Answer kv_again(Json options) { return perform_as(asks_, open, "kv", std::move(options)); }

    Services open{{.allow_private_network = true}, client, texts, store, clock, lines.log};

private:
    unsigned asks_ = 0;
};

net::Response status(int code) {
    return net::text_response(code, "status " + std::to_string(code));
}

}  // namespace

TEST_F(ServicesOfACall, FetchOverHttp) {
    WebServer server({net::json_response(201, {{"id", 7}})});
    auto answer = perform("http", {{"method", "POST"},
                                   {"url", server.url() + "?a=1"},
                                   {"json", {{"party", 4}}},
                                   {"headers", {{"X-Shop", "north"}, {"X-Count", 2}}}});
    ASSERT_EQ(answer.error + answer.reason, "");
    EXPECT_EQ(answer.value["status"], 201);
    EXPECT_EQ(answer.value["json"], Json({{"id", 7}}));
    EXPECT_THAT(answer.value["headers"]["content-type"].get<std::string>(), HasSubstr("json"));
    auto request = server.requests().at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/orders?a=1");
    EXPECT_EQ(request.body, R"({"party":4})");
    EXPECT_EQ(request.headers.find("content-type"), "application/json");
    EXPECT_EQ(request.headers.find("x-shop"), "north");
    EXPECT_EQ(request.headers.find("x-count"), "2");
    EXPECT_EQ(request.headers.find("idempotency-key"), "CA1:4");
}

TEST_F(ServicesOfACall, GiveEveryStatusToTheFlow) {
    WebServer server({status(404)});
    auto answer = perform("http", {{"url", server.url()}});
    EXPECT_EQ(answer.value["status"], 404);
    EXPECT_EQ(answer.value["body"], "status 404");
    EXPECT_FALSE(answer.value.contains("json"));
    EXPECT_FALSE(server.requests().at(0).headers.contains("idempotency-key"));
}

TEST_F(ServicesOfACall, TryAgainAsOftenAsTheFlowAllows) {
    WebServer server({status(503), status(200)});
    auto answer = perform("http", {{"method", "POST"}, {"url", server.url()}, {"retries", 2}});
    EXPECT_EQ(answer.value["status"], 200);
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_EQ(server.requests()[0].headers.find("idempotency-key"),
              server.requests()[1].headers.find("idempotency-key"));
}

TEST_F(ServicesOfACall, GiveTheLastStatusWhenNoTryWorks) {
    WebServer server({status(503)});
    auto answer = perform("http", {{"url", server.url()}, {"retries", 1}});
    EXPECT_EQ(answer.value["status"], 503);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ServicesOfACall, DoNotTryAgainWhatTheServerUnderstood) {
    WebServer server({status(500)});
    EXPECT_EQ(perform("http", {{"url", server.url()}, {"retries", 3}}).value["status"], 500);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ServicesOfACall, GiveUpAfterTheTimeOfTheFlow) {
    WebServer server({status(200)});
    server.hold();
    EXPECT_EQ(perform("http", {{"url", server.url()}, {"timeout", 0.05}}).reason, "timeout");
}

TEST_F(ServicesOfACall, SayThatNobodyAnswers) {
    std::string url;
    {
        WebServer server({status(200)});
        url = server.url();
    }
    EXPECT_EQ(perform("http", {{"url", url}}).reason, "unreachable");
}

TEST_F(ServicesOfACall, ReachNoPrivateAddressUnlessAllowed) {
    WebServer server({status(200)});
    auto answer = perform(services, "http", {{"url", server.url()}, {"retries", 3}});
    EXPECT_EQ(answer.reason, "refused");
    EXPECT_TRUE(server.requests().empty());
    EXPECT_THAT(lines.text(), HasSubstr("--allow-private-network"));
}

TEST_F(ServicesOfACall, RaiseWhatIsNoUrl) {
    EXPECT_THAT(perform("http", {{"url", "ftp//x"}, {"retries", 3}}).error, HasSubstr("http: ftp//x: "));
}

TEST_F(ServicesOfACall, RaiseJsonThatIsNoText) {
    WebServer server({status(200)});
    auto answer = perform("http", {{"method", "POST"}, {"url", server.url()}, {"json", {{"name", "\xff"}}}});
    EXPECT_EQ(answer.error, "http: `json` holds text that is not UTF-8");
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(ServicesOfACall, KeepValuesForABusiness) {
    EXPECT_EQ(kv({{"op", "get"}, {"key", "a"}}).value, Json());
    EXPECT_EQ(kv({{"op", "set"}, {"key", "a"}, {"value", {{"n", 1}}}}).value, Json());
    EXPECT_EQ(kv({{"op", "get"}, {"key", "a"}}).value, Json({{"n", 1}}));
    core::Ask get{"kv", {{"op", "get"}, {"key", "a"}}, ""};
    EXPECT_EQ(tests::run(context, open.perform(get, {"CA1", "another", "+1", "", 1})).value, Json());
    kv({{"op", "delete"}, {"key", "a"}});
    EXPECT_EQ(kv({{"op", "get"}, {"key", "a"}}).value, Json());
}

TEST_F(ServicesOfACall, ForgetWhatExpires) {
    kv({{"op", "set"}, {"key", "a"}, {"value", 1}, {"expires", 1.5}});
    EXPECT_EQ(kv({{"op", "get"}, {"key", "a"}}).value, 1);
    clock.advance(1501ms);
    EXPECT_EQ(kv({{"op", "get"}, {"key", "a"}}).value, Json());
}

TEST_F(ServicesOfACall, CompareAndSet) {
    EXPECT_EQ(kv({{"op", "compare_and_set"}, {"key", "a"}, {"value", 1}}).value, true);
    EXPECT_EQ(kv({{"op", "compare_and_set"}, {"key", "a"}, {"value", 2}}).value, false);
    EXPECT_EQ(kv({{"op", "compare_and_set"}, {"key", "a"}, {"expected", 1}, {"value", 2}}).value, true);
    EXPECT_EQ(kv({{"op", "compare_and_set"}, {"key", "a"}, {"expected", 2}}).value, true);
    EXPECT_EQ(kv({{"op", "get"}, {"key", "a"}}).value, Json());
}

TEST_F(ServicesOfACall, Increment) {
    EXPECT_EQ(kv({{"op", "increment"}, {"key", "n"}}).value, 1);
    EXPECT_EQ(kv({{"op", "increment"}, {"key", "n"}, {"by", 4}}).value, 5);
    EXPECT_EQ(kv({{"op", "increment"}, {"key", "n"}, {"by", 0.5}}).value, 5.5);
    EXPECT_EQ(kv({{"op", "increment"}, {"key", "n"}, {"by", -5.5}}).value, 0.0);
    kv({{"op", "set"}, {"key", "name"}, {"value", "Ada"}});
    EXPECT_EQ(kv({{"op", "increment"}, {"key", "name"}}).error, "kv.increment: `name` holds no number: \"Ada\"");
}

TEST_F(ServicesOfACall, ChangeAValueOnceWhereTheyArePerformedAgainAfterACrash) {
    const Json increment{{"op", "increment"}, {"key", "n"}};
    EXPECT_EQ(kv(increment).value, 1);
    EXPECT_EQ(kv_again(increment).value, 1);
    EXPECT_EQ(kv(increment).value, 2);
    EXPECT_EQ(kv_again(increment).value, 2);
    EXPECT_EQ(kv({{"op", "get"}, {"key", "n"}}).value, 2);

    // Who took the last seat has it, and who did not may be lucky the next time.
    const Json take{{"op", "compare_and_set"}, {"key", "seat"}, {"value", "Ann"}};
    EXPECT_EQ(kv(take).value, true);
    EXPECT_EQ(kv_again(take).value, true);
    EXPECT_EQ(kv(take).value, false);
    EXPECT_EQ(kv_again(take).value, false);
}

TEST_F(ServicesOfACall, SendTextsFromTheBusinesssNumber) {
    auto answer = perform("sms", {{"to", "+15550199"}, {"body", "Hi"}, {"media", {"https://e.example/a.png"}}});
    EXPECT_EQ(answer.value["sid"], "SM1");
    ASSERT_EQ(texts.sent.size(), 1U);
    EXPECT_EQ(texts.sent[0].to, "+15550199");
    EXPECT_EQ(texts.sent[0].from, "+15550100");
    EXPECT_EQ(texts.sent[0].account, "AC1");
    EXPECT_THAT(texts.sent[0].media, ElementsAre("https://e.example/a.png"));
    perform("sms", {{"to", "+15550199"}, {"from", "+15550111"}, {"body", "Hi"}});
    EXPECT_EQ(texts.sent[1].from, "+15550111");
}

TEST_F(ServicesOfACall, TellWhyATextWasNotSent) {
    texts.reason = "opted_out";
    EXPECT_EQ(perform("sms", {{"to", "+15550199"}, {"body", "Hi"}}).reason, "opted_out");
    EXPECT_THAT(lines.text(), HasSubstr("why=opted_out"));
}

TEST_F(ServicesOfACall, LogWhatTheFlowSaysWithNumbersMasked) {
    EXPECT_EQ(perform("log", {{"message", "calls +15551230100"}, {"fields", {{"who", "\xff"}}}}).value, Json());
    EXPECT_THAT(lines.text(), HasSubstr("flow says"));
    EXPECT_THAT(lines.text(), HasSubstr("at=flow.lua:7"));
    EXPECT_THAT(lines.text(), testing::Not(HasSubstr("5551230100")));
}

TEST_F(ServicesOfACall, Sleep) {
    auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(perform("sleep", {{"seconds", 0.02}}).value, Json());
    EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
}
