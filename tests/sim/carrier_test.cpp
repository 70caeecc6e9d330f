#include "sim/carrier.hpp"

#include "awaited.hpp"
#include "sim/carrier_api.hpp"
#include "sim/hook.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::sim;
using namespace std::chrono_literals;
using sim::testing::Hook;
using sim::testing::token;
using sim::testing::twiml;
using sim::testing::Webhook;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

namespace asio = boost::asio;

constexpr auto caller = "+14155550142", business = "+14155550199";

// A carrier on a thread of its own, with its REST side; the hook answers for every number.
class CarrierTest : public ::testing::Test {
protected:
    void start(Hook::Answer answer) {
        start(std::move(answer), [](Carrier::Options&) {});
    }
    void start(Hook::Answer answer, const std::function<void(Carrier::Options&)>& change) {
        hook_ = std::make_unique<Hook>(std::move(answer));
        Carrier::Options options;
        options.webhooks.auth_token = token;
        options.settings.voice_url = hook_->url("/voice");
        options.settings.status_callback = hook_->url("/status");
        options.settings.sms_url = hook_->url("/sms");
        options.on_event = [this](const CarrierCall&, const CallEvent& event) { lines_.push_back(describe(event)); };
        change(options);
        carrier_ = std::make_unique<Carrier>(std::move(options));
        api_ = std::make_unique<CarrierApi>(*carrier_, workers_, log_);
    }
    ~CarrierTest() override {
        wait(tests::finished(carrier_->stop()));
        api_.reset();
    }

    template <class T>
    T wait(asio::awaitable<T> work) {
        return asio::co_spawn(workers_.executor(0), std::move(work), asio::use_future).get();
    }
    CarrierCall* place_call() { return wait(carrier_->place_call(caller, business)); }

    // Something that a caller does, and all that follows of it.
    void act(CarrierCall* call, std::function<void(TwimlPlayer&)> what) {
        auto work = [](CarrierCall* on, std::function<void(TwimlPlayer&)> does) -> asio::awaitable<void> {
            does(on->player());
            co_await on->settle();
        };
        wait(work(call, std::move(what)));
    }

    net::Response rest(const std::string& resource, const net::Form& form, const std::string& password = "12345",
                       const char* method = "POST") {
        net::ClientRequest request;
        request.method = method;
        auto account = carrier_->options().account_sid;
        request.url = "http://" + account + ":" + password + "@" + api_->url().substr(7) + "/2010-04-01/Accounts/" +
                      account + "/" + resource;
        request.body = net::encode_form(form);
        if (!request.body.empty()) request.headers.add("Content-Type", "application/x-www-form-urlencoded");
        request.allow_private = true;
        return wait(client_.send(std::move(request))).value();
    }
    static int code_of(const net::Response& response) { return core::Json::parse(response.body).value("code", 0); }

    core::Log log_{{}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    net::HttpClient client_{net::HttpClient::Options{}};
    std::unique_ptr<Hook> hook_;
    std::unique_ptr<Carrier> carrier_;
    std::unique_ptr<CarrierApi> api_;
    std::vector<std::string> lines_;
};

net::Response menu(const Webhook& webhook) {
    if (webhook.target == "/voice")
        return twiml("<Gather action=\"/chosen?n=1\" numDigits=\"1\"><Say>Press 1.</Say></Gather><Say>Bye.</Say>");
    if (webhook.target == "/sms")
        return twiml("<Message>You said " + std::string(webhook.form.get("Body")) + "</Message>");
    if (webhook.target == "/wait") return twiml("<Say>Still here.</Say>");
    return twiml("<Say>You pressed " + std::string(webhook.form.get("Digits")) + ".</Say>");
}

}  // namespace

TEST_F(CarrierTest, PlacesASignedCallAndReportsItsEnd) {
    start(menu);
    auto* call = place_call();
    act(call, [](TwimlPlayer& player) { player.press("1"); });
    EXPECT_THAT(lines_, ElementsAre("hears \"Press 1.\"", "is asked for a key", "presses \"1\"",
                                    "hears \"You pressed 1.\"", "is hung up"));
    auto webhooks = hook_->received();
    ASSERT_EQ(webhooks.size(), 3u);
    EXPECT_EQ(webhooks[0].form.get("CallStatus"), "ringing");
    EXPECT_EQ(webhooks[0].form.get("From"), caller);
    EXPECT_EQ(webhooks[0].form.get("FromCity"), "SAN FRANCISCO");
    EXPECT_EQ(webhooks[0].headers.find("User-Agent"), "TwilioProxy/1.1");
    EXPECT_EQ(webhooks[1].target, "/chosen?n=1");
    EXPECT_EQ(webhooks[1].form.get("CallStatus"), "in-progress");
    EXPECT_EQ(webhooks[1].form.get("CallSid"), call->facts().sid);
    EXPECT_EQ(webhooks[2].target, "/status");
    EXPECT_EQ(webhooks[2].form.get("CallStatus"), "completed");
    EXPECT_EQ(webhooks[2].form.get("SequenceNumber"), "0");
    EXPECT_GT(std::stoi(std::string(webhooks[2].form.get("CallDuration"))), 0);
}

TEST_F(CarrierTest, AsksByGetWithTheParametersInTheSignedQuery) {
    start(menu, [](Carrier::Options& options) { options.settings.voice_method = "GET"; });
    place_call();
    EXPECT_EQ(hook_->received()[0].method, "GET");
    EXPECT_EQ(hook_->received()[0].form.get("From"), caller);
    EXPECT_THAT(lines_, ::testing::Not(::testing::Contains(HasSubstr("error"))));
}

TEST_F(CarrierTest, TurnsToTheFallbackWithTheErrorWhenTheServerFails) {
    start(
        [](const Webhook& webhook) {
            if (webhook.target == "/fallback")
                return twiml("<Say>Code " + std::string(webhook.form.get("ErrorCode")) + "</Say>");
            return net::text_response(500, "oops");
        },
        [this](Carrier::Options& options) { options.settings.voice_fallback_url = hook_->url("/fallback"); });
    place_call();
    EXPECT_THAT(lines_, ElementsAre(HasSubstr("Twilio error 11200"), "hears \"Code 11200\"", "is hung up"));
}

TEST_F(CarrierTest, ApologisesWhenNobodyListens) {
    start(menu, [](Carrier::Options& options) { options.settings.voice_url = "http://127.0.0.1:1/voice"; });
    EXPECT_EQ(place_call()->over(), "carrier");
    EXPECT_THAT(lines_, ElementsAre(HasSubstr("Twilio error 11205"), HasSubstr("application error"), "hangs up"));
}

TEST_F(CarrierTest, FollowsARedirectOfHttpByGetWithoutTheParameters) {
    start([](const Webhook& webhook) {
        if (webhook.target == "/moved") return twiml("<Say>Found.</Say>");
        net::Response moved{302, "", "", {}};
        moved.headers.add("Location", "/moved");
        return webhook.target == "/voice" ? moved : twiml("");
    });
    place_call();
    EXPECT_EQ(hook_->received()[1].method, "GET");
    EXPECT_TRUE(hook_->received()[1].form.empty());
    EXPECT_EQ(lines_[0], "hears \"Found.\"");
}

TEST_F(CarrierTest, NoticesThatARepeatedWebhookGetsAnotherDocument) {
    start([n = 0](const Webhook& webhook) mutable {
        return webhook.target == "/voice" ? twiml("<Gather><Say>Reply " + std::to_string(++n) + "</Say></Gather>")
                                          : twiml("");
    });
    auto* call = place_call();
    EXPECT_FALSE(wait(call->repeat_last_webhook()));
    EXPECT_THAT(call->mismatch(), HasSubstr("Reply 2"));

    start(menu);
    call = place_call();
    EXPECT_TRUE(wait(call->repeat_last_webhook()));
    EXPECT_EQ(call->mismatch(), "");
}

TEST_F(CarrierTest, ReachesAPublicOriginWhereItReallyIs) {
    start(menu, [this](Carrier::Options& options) {
        options.webhooks.local_origin = hook_->url("");
        options.webhooks.public_origin = "https://hook.example";
        options.settings.voice_url = "https://hook.example/voice";
    });
    place_call();
    // Signed for the public name, which this hook does not go by: it refuses, and so shows what was signed.
    EXPECT_THAT(lines_[0], HasSubstr("https://hook.example/voice answered 403"));
}

TEST_F(CarrierTest, BringsATextAndTakesTheReply) {
    start(menu);
    auto replies = wait(carrier_->send_text(caller, business, "hello & goodbye"));
    ASSERT_EQ(replies.size(), 0u) << "an ampersand that is not escaped makes no XML";
    replies = wait(carrier_->send_text(caller, business, "hello"));
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].body, "You said hello");
    EXPECT_EQ(replies[0].to, caller);
    EXPECT_EQ(hook_->received().back().form.get("SmsStatus"), "received");
    EXPECT_TRUE(hook_->received().back().form.get("MessageSid").starts_with("SM"));
}

TEST_F(CarrierTest, DropsRepliesToWhomHasOptedOut) {
    start(menu);
    EXPECT_TRUE(wait(carrier_->send_text(caller, business, "stop")).empty());
    auto refused = rest("Messages.json", {{"To", caller}, {"From", business}, {"Body", "hi"}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code_of(refused), 21610);
    EXPECT_EQ(wait(carrier_->send_text(caller, business, "START")).size(), 1u);
}

TEST_F(CarrierTest, AcceptsTextsOverRest) {
    start(menu);
    auto response = rest("Messages.json", {{"To", caller}, {"From", business}, {"Body", "Your table is booked."}});
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(core::Json::parse(response.body).at("status"), "queued");
    ASSERT_EQ(carrier_->sent_texts().size(), 1u);
    EXPECT_EQ(carrier_->sent_texts()[0].body, "Your table is booked.");
}

TEST_F(CarrierTest, ListsTextsOverRestTheNewestFirst) {
    start(menu);
    for (const char* body : {"one", "two"}) rest("Messages.json", {{"To", caller}, {"From", business}, {"Body", body}});
    rest("Messages.json", {{"To", "+15550199"}, {"From", business}, {"Body", "three"}});
    auto listed = core::Json::parse(rest("Messages.json?To=" + net::percent_encode(caller), {}, "12345", "GET").body);
    ASSERT_EQ(listed["messages"].size(), 2u);
    EXPECT_EQ(listed["messages"][0]["body"], "two");
    EXPECT_THAT(listed["messages"][0]["date_created"].get<std::string>(), ::testing::EndsWith(" +0000"));
}

TEST_F(CarrierTest, RefusesOverRestWithTwiliosCodes) {
    start(menu);
    EXPECT_EQ(rest("Messages.json", {{"To", caller}}, "wrong").status, 401);
    auto message_code = [&](const net::Form& form) { return code_of(rest("Messages.json", form)); };
    EXPECT_EQ(message_code({{"From", business}, {"Body", "hi"}}), 21604);
    EXPECT_EQ(message_code({{"To", caller}, {"From", business}}), 21602);
    EXPECT_EQ(message_code({{"To", "12"}, {"From", business}, {"Body", "hi"}}), 21211);
    EXPECT_EQ(message_code({{"To", "+15005550009"}, {"From", business}, {"Body", "hi"}}), 21614);
    EXPECT_EQ(message_code({{"To", caller}, {"From", "+15005550007"}, {"Body", "hi"}}), 21606);
    EXPECT_EQ(message_code({{"To", caller}, {"From", business}, {"Body", std::string(1601, 'x')}}), 21617);
    EXPECT_EQ(code_of(rest("Calls.json", {{"To", caller}, {"From", business}})), 21205);
    EXPECT_EQ(rest("Faxes.json", {}).status, 404);
}

TEST_F(CarrierTest, PlacesCallsOverRestAndRedirectsThem) {
    start(menu);
    auto created = rest("Calls.json", {{"To", caller}, {"From", business}, {"Url", hook_->url("/voice")}});
    EXPECT_EQ(created.status, 201);
    std::string sid = core::Json::parse(created.body).at("sid");
    auto* call = wait(carrier_->pick_up(caller));
    ASSERT_NE(call, nullptr);
    EXPECT_EQ(call->facts().sid, sid);
    EXPECT_EQ(hook_->received()[0].form.get("Direction"), "outbound-api");

    EXPECT_EQ(rest("Calls/" + sid + ".json", {{"Url", hook_->url("/wait")}}).status, 200);
    act(call, [](TwimlPlayer&) {});
    EXPECT_THAT(lines_, ::testing::Contains("hears \"Still here.\""));
    EXPECT_EQ(code_of(rest("Calls/" + sid + ".json", {{"Status", "completed"}})), 21220) << "it is over";
}

TEST_F(CarrierTest, TakesTimeOnlyWhenAsked) {
    start([](const Webhook&) { return twiml("<Pause length='2'/>"); },
          [](Carrier::Options& options) { options.speed = 40; });
    auto began = std::chrono::steady_clock::now();
    place_call();
    EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
}
