#include "openai/chat_client.hpp"

#include "awaited.hpp"
#include "net/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <mutex>

using namespace switchhook;
using namespace std::chrono_literals;
using core::Json;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* reply =
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";

// A server on loopback that gives prepared responses, one a request.
class Chat : public testing::Test {
protected:
    Chat() {
        options_.account.api_key = core::Secret("sk-test");
        options_.account.base_url = "http://127.0.0.1:" + std::to_string(server_.port()) + "/v1";
        options_.retry_after = 1ms;
    }

    core::Answer complete(Json asked = {{"messages", Json::array({{{"role", "user"}, {"content", "Hi"}}})}}) {
        openai::ChatClient client(options_, http_, clock_, log_);
        return tests::run(context_, client.complete(std::move(asked), "SM1:3", "SM1"));
    }
    static net::Response event_stream(std::string body) {
        auto response = net::text_response(200, std::move(body));
        response.content_type = "text/event-stream";
        return response;
    }
    static net::Response error(int status, const std::string& code) {
        return net::json_response(status, {{"error", {{"code", code}, {"message", "No."}}}});
    }
    std::string log() {
        std::lock_guard lock(mutex_);
        return lines_;
    }

    std::size_t asked() {
        std::lock_guard lock(mutex_);
        return requests_.size();
    }

    std::mutex mutex_;
    std::string lines_;
    core::Log log_{{}, [this](std::string_view line) {
                       std::lock_guard lock(mutex_);
                       lines_ += line;
                   }};
    core::ManualClock clock_{core::Time(1h)};
    std::deque<net::Response> responses_;
    std::vector<net::Request> requests_;
    std::chrono::milliseconds waits_{};  // the server, before it answers
    boost::asio::io_context context_;
    net::HttpClient http_;
    net::Workers workers_{net::Workers::Options{}};
    net::HttpServer server_{workers_, {}, [this](net::Request request) { return answer(std::move(request)); }, log_};
    openai::ChatClient::Options options_;

private:
    boost::asio::awaitable<net::Response> answer(net::Request request) {
        {
            std::lock_guard lock(mutex_);
            requests_.push_back(std::move(request));
        }
        auto response = responses_.empty() ? error(500, "none_left") : responses_.front();
        if (!responses_.empty()) responses_.pop_front();
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, waits_);
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_return response;
    }
};

}  // namespace

TEST_F(Chat, SendsWhatWasAskedWithTheKeyAndGivesTheReply) {
    responses_ = {event_stream(reply)};
    auto answer = complete();
    EXPECT_EQ(answer.value["content"], "Hello");
    EXPECT_EQ(requests_[0].target, "/v1/chat/completions");
    EXPECT_EQ(requests_[0].headers.find("Authorization"), "Bearer sk-test");
    EXPECT_EQ(requests_[0].headers.find("Idempotency-Key"), "SM1:3");
    auto body = Json::parse(requests_[0].body);
    EXPECT_EQ(body["messages"][0]["content"], "Hi");
    EXPECT_EQ(body["stream"], true);
    EXPECT_EQ(body["stream_options"]["include_usage"], true);
}

TEST_F(Chat, AsksOnceMoreWhereTheServerIsBusyOrBreaksOff) {
    for (const auto& first :
         {error(429, "rate_limit_exceeded"), error(503, ""), event_stream("data: {\"choices\":[]}\n\n")}) {
        responses_ = {first, event_stream(reply)};
        requests_.clear();
        EXPECT_EQ(complete().value["content"], "Hello");
        EXPECT_EQ(requests_.size(), 2u);
    }
}

TEST_F(Chat, GivesUpAfterTheSecondTry) {
    responses_ = {error(500, "server_error"), error(500, "server_error")};
    EXPECT_EQ(complete().reason, "failed");
    EXPECT_EQ(requests_.size(), 2u);
    EXPECT_THAT(log(), HasSubstr("server_error"));
}

TEST_F(Chat, DoesNotAskAgainWhereThatIsOfNoUse) {
    responses_ = {error(401, "invalid_api_key")};
    EXPECT_EQ(complete().reason, "refused");
    responses_ = {error(429, "insufficient_quota")};
    EXPECT_EQ(complete().reason, "failed");
    responses_ = {error(400, "unknown_parameter")};
    EXPECT_EQ(complete().reason, "failed");
    EXPECT_EQ(requests_.size(), 3u);
    EXPECT_THAT(log(), Not(HasSubstr("sk-test")));
}

TEST_F(Chat, SaysThatNothingAnswersThere) {
    options_.account.base_url = "http://127.0.0.1:1/v1";
    EXPECT_EQ(complete().reason, "unreachable");
}

TEST_F(Chat, GivesUpSoonWhereNoReplyBeginsUnlessTheModelReasonsFirst) {
    options_.begin_within = 50ms;
    waits_ = 200ms;
    responses_ = {event_stream(reply), event_stream(reply)};
    EXPECT_EQ(complete().reason, "timeout");
    EXPECT_EQ(asked(), 1u);
    EXPECT_EQ(complete({{"reasoning_effort", "high"}}).value["content"], "Hello");
}

TEST_F(Chat, NeedsAKey) {
    options_.account.api_key = core::Secret();
    EXPECT_EQ(complete().reason, "not_configured");
    EXPECT_THAT(log(), HasSubstr("info  no reply of the model"));
    EXPECT_TRUE(requests_.empty());
}

TEST(ChatRequest, DoesNotReasonUnlessAskedTo) {
    EXPECT_EQ(openai::chat_request({{"messages", Json::array()}})["reasoning_effort"], "none");
    EXPECT_EQ(openai::chat_request({{"reasoning_effort", "low"}})["reasoning_effort"], "low");
    EXPECT_FALSE(openai::chat_request({{"model", "my-own"}}).contains("reasoning_effort"));
}

TEST(ChatRequest, NamesTheToolThatIsToBeUsed) {
    Json tools = Json::array({{{"type", "function"}, {"function", {{"name", "book"}}}}});
    auto request = openai::chat_request({{"tools", tools}, {"tool_choice", "book"}, {"max_tokens", 100}});
    EXPECT_EQ(request["tools"], tools);
    EXPECT_EQ(request["tool_choice"], Json({{"type", "function"}, {"function", {{"name", "book"}}}}));
    EXPECT_EQ(request["max_completion_tokens"], 100);
    EXPECT_FALSE(openai::chat_request({{"tool_choice", "auto"}}).contains("tool_choice"));
}
