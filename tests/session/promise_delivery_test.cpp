#include "session/promise_delivery.hpp"

#include "net/http_server.hpp"
#include "session/session_fixture.hpp"
#include "store/memory_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using namespace std::chrono_literals;
using core::Json;
using core::Promise;
using testing::HasSubstr;

namespace {

// A receiver on loopback that answers everything with one response.
class Receiver {
public:
    explicit Receiver(net::Response response) : response_(std::move(response)) {}

    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/calls"; }
    std::vector<net::Request> requests() const {
        std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    boost::asio::awaitable<net::Response> answer(net::Request request) {
        std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        co_return response_;
    }

    net::Response response_;
    mutable std::mutex mutex_;
    std::vector<net::Request> requests_;
    LogLines lines_;
    net::Workers workers_{{.count = 1}};
    net::HttpServer server_{
        workers_, {}, [this](net::Request request) { return answer(std::move(request)); }, lines_.log};
};

// Twilio's API, answering everything with one response.
class FixedSender final : public twilio::HttpSender {
public:
    boost::asio::awaitable<core::Result<net::Response>> send(net::ClientRequest request) override {
        requests.push_back(std::move(request));
        co_return response;
    }
    core::Result<net::Response> response = net::json_response(201, {{"sid", "SM1"}, {"status", "queued"}});
    std::vector<net::ClientRequest> requests;
};

class PromiseDelivery : public testing::Test, protected World {
protected:
    core::Ask http_ask(const std::string& url) {
        return {"http", {{"method", "POST"}, {"url", url}, {"json", {{"from", "+1"}}}, {"later", true}}, "flow.lua:7"};
    }
    core::Ask sms_ask() { return {"sms", {{"to", "+15550199"}, {"body", "Hi"}, {"later", true}}, "flow.lua:7"}; }
    Caller caller() { return {"CA1", "lexi", "+15550100", "AC1", 4}; }

    Attempt post(const std::string& url, bool allow_private = true) {
        auto deliver = deliver_http(client, clock, allow_private);
        return tests::run(context, deliver(promise_of(http_ask(url), caller())));
    }
    Attempt post_to(net::Response response) {
        Receiver receiver(std::move(response));
        return post(receiver.url());
    }
    Attempt text() { return text(promise_of(sms_ask(), caller())); }
    Attempt text(core::Promise promise) {
        twilio::RestClient::Options options{.account_sid = "AC1", .secret = core::Secret("hush"), .tries = 1};
        twilio::RestClient rest(std::move(options), sender, twilio::timer_sleep(), twilio::thread_random());
        auto deliver = deliver_texts(&rest);
        return tests::run(context, deliver(std::move(promise)));
    }
    // Twilio has a text of these words, since `after` it was promised.
    core::Promise begun_while_twilio_has(const char* words, std::chrono::seconds after) {
        auto promise = promise_of(sms_ask(), caller());
        promise.promised = core::Time(std::chrono::seconds(1'772'490'600));  // Mon, 02 Mar 2026 22:30:00
        promise.begun = true;
        const auto second = std::to_string(30 + after.count());
        core::Json message{
            {"sid", "SM7"}, {"body", words}, {"date_created", "Mon, 02 Mar 2026 22:30:" + second + " +0000"}};
        promise.promised += std::chrono::seconds(30);
        sender.response = net::json_response(200, {{"messages", core::Json::array({message})}});
        return promise;
    }
    Attempt text_refused(int status, int code, const char* why) {
        sender.response = net::json_response(status, {{"code", code}, {"message", why}});
        return text();
    }

    FixedSender sender;
};

bool was_kept(const Attempt& attempt) {
    return std::holds_alternative<Kept>(attempt);
}
std::string given_up(const Attempt& attempt) {
    auto* why = std::get_if<GiveUp>(&attempt);
    return why ? why->reason : "not given up";
}
std::string tried_later(const Attempt& attempt) {
    auto* why = std::get_if<TryLater>(&attempt);
    return why ? why->reason : "not tried later";
}

}  // namespace

TEST_F(PromiseDelivery, SendsTheRequestThatWasPromisedWithItsKey) {
    Receiver receiver(net::text_response(201, "thanks"));
    EXPECT_TRUE(was_kept(post(receiver.url())));
    auto request = receiver.requests().at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/calls");
    EXPECT_EQ(request.body, R"({"from":"+1"})");
    EXPECT_EQ(request.headers.find("idempotency-key"), "CA1:4");
}

TEST_F(PromiseDelivery, OpensWhatIsSealedOfAPromise) {
    Receiver receiver(net::text_response(201, "thanks"));
    auto key = core::SealingKey::parse(std::string(64, '7')).value();
    auto promise = promise_of(http_ask(receiver.url()), caller());
    promise.payload["headers"] = {{"Authorization", key.seal("Bearer s3cret", promise.id)}};

    core::Vault closed;
    auto without_key = opened(closed, deliver_http(client, clock, true));
    EXPECT_EQ(tried_later(tests::run(context, without_key(promise))),
              "a secret cannot be opened: SWITCHHOOK_KEY is not set");
    core::Vault vault(key);
    auto deliver = opened(vault, deliver_http(client, clock, true));
    EXPECT_TRUE(was_kept(tests::run(context, deliver(promise))));
    ASSERT_EQ(receiver.requests().size(), 1U);
    EXPECT_EQ(receiver.requests()[0].headers.find("authorization"), "Bearer s3cret");
}

TEST_F(PromiseDelivery, TriesServersAgainThatFailOrAreBusy) {
    for (int status : {408, 425, 429, 500, 502, 503})
        EXPECT_EQ(tried_later(post_to(net::text_response(status, ""))), "status " + std::to_string(status));
}

TEST_F(PromiseDelivery, GivesUpWhatAServerRefuses) {
    for (int status : {302, 400, 401, 404, 410, 422})
        EXPECT_EQ(given_up(post_to(net::text_response(status, ""))), "status " + std::to_string(status));
}

TEST_F(PromiseDelivery, WaitsAsLongAsTheServerAsks) {
    auto busy = net::text_response(429, "");
    busy.headers.set("Retry-After", "120");
    EXPECT_EQ(std::get<TryLater>(post_to(busy)).after, 120s);
    busy.headers.set("Retry-After", "999999");
    EXPECT_EQ(std::get<TryLater>(post_to(busy)).after, 1h);
}

TEST_F(PromiseDelivery, TriesServersAgainThatCannotBeReached) {
    std::string url;
    {
        Receiver receiver(net::text_response(200, ""));
        url = receiver.url();
    }
    EXPECT_NE(tried_later(post(url)), "not tried later");
}

TEST_F(PromiseDelivery, GivesUpWhatTheOperatorDoesNotAllow) {
    Receiver receiver(net::text_response(200, ""));
    EXPECT_THAT(given_up(post(receiver.url(), false)), HasSubstr("--allow-private-network"));
    EXPECT_TRUE(receiver.requests().empty());
}

TEST_F(PromiseDelivery, IsOrderedByServerAndByRecipient) {
    EXPECT_EQ(promise_of(http_ask("https://crm.example/a?b"), caller()).destination, "https://crm.example");
    EXPECT_EQ(promise_of(sms_ask(), caller()).destination, "+15550199");
    EXPECT_EQ(promise_of(sms_ask(), caller()).business, "lexi");
}

TEST_F(PromiseDelivery, TextsFromTheBusinesssNumberWithItsKey) {
    EXPECT_TRUE(was_kept(text()));
    EXPECT_THAT(sender.requests.at(0).body, HasSubstr("To=%2B15550199&From=%2B15550100&Body=Hi"));
    EXPECT_EQ(sender.requests.at(0).headers.find("idempotency-key"), "CA1:4");
}

TEST_F(PromiseDelivery, TextsNotAgainWhatAnEngineThatWasKilledHadSent) {
    EXPECT_TRUE(was_kept(text(begun_while_twilio_has("Hi", 5s))));
    ASSERT_EQ(sender.requests.size(), 1U);
    EXPECT_EQ(sender.requests[0].method, "GET");
    EXPECT_THAT(sender.requests[0].url, HasSubstr("/Messages.json?To=%2B15550199&From=%2B15550100"));
    EXPECT_TRUE(was_kept(text(begun_while_twilio_has("Hi", -1s)))) << "clocks differ";
    EXPECT_EQ(sender.requests.size(), 2U);
}

TEST_F(PromiseDelivery, TextsWhatAnEngineThatWasKilledHadNotSent) {
    text(begun_while_twilio_has("Something else", 5s));
    text(begun_while_twilio_has("Hi", -9s));
    ASSERT_EQ(sender.requests.size(), 4U);
    EXPECT_EQ(sender.requests[1].method, "POST");
    EXPECT_EQ(sender.requests[3].method, "POST");
    EXPECT_EQ(sender.requests[3].headers.find("idempotency-key"), "CA1:4");
}

TEST_F(PromiseDelivery, TextsAgainWhenTwilioWasBusyOrAway) {
    EXPECT_EQ(tried_later(text_refused(429, 20429, "Too Many Requests")), "Too Many Requests (20429)");
    EXPECT_EQ(tried_later(text_refused(503, 20503, "Service Unavailable")), "Service Unavailable (20503)");
    sender.response = core::Error(core::Errc::unreachable);
    EXPECT_NE(tried_later(text()), "not tried later");
}

TEST_F(PromiseDelivery, GivesUpATextThatTwilioRefuses) {
    EXPECT_EQ(given_up(text_refused(400, 21211, "Invalid To")), "Invalid To (21211)");
    EXPECT_EQ(given_up(text_refused(400, 21610, "Unsubscribed")), "Unsubscribed (21610)");
}

TEST_F(PromiseDelivery, KeepsTextsForWhenThereAreCredentials) {
    auto deliver = deliver_texts(nullptr);
    EXPECT_THAT(tried_later(tests::run(context, deliver(promise_of(sms_ask(), caller())))),
                HasSubstr("TWILIO_ACCOUNT_SID"));
}

TEST_F(PromiseDelivery, IsPromisedByAServiceThatDoesNotWaitForIt) {
    Receiver receiver(net::text_response(200, ""));
    store::MemoryOutbox outbox;
    OutboxWorker worker({}, outbox, clock, lines.log, metrics);
    Services promising({}, client, texts, store, clock, lines.log, nullptr, &worker);
    auto ask = http_ask(receiver.url());
    auto answer = tests::run(context, promising.perform(ask, caller()));
    EXPECT_EQ(answer.value, Json({{"promised", "CA1:4"}}));
    EXPECT_TRUE(receiver.requests().empty());
    EXPECT_EQ(tests::run(context, outbox.list({}))->at(0).payload["url"], receiver.url());
    auto nowhere = http_ask("ftp//x");
    EXPECT_THAT(tests::run(context, promising.perform(nowhere, caller())).error, HasSubstr("http: ftp//x: "));
}

TEST_F(PromiseDelivery, IsDoneAtOnceWhereThereIsNoOutbox) {
    auto ask = sms_ask();
    auto answer = tests::run(context, services.perform(ask, caller()));
    EXPECT_EQ(answer.value, Json({{"promised", "CA1:4"}}));
    ASSERT_EQ(texts.sent.size(), 1u);
    texts.reason = "failed";
    EXPECT_EQ(tests::run(context, services.perform(ask, caller())).value, Json({{"promised", "CA1:4"}}));
}
