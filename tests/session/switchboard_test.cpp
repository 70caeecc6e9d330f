#include "session/switchboard.hpp"

#include "script/flows_folder.hpp"
#include "session/session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

using namespace switchhook;
using namespace switchhook::session;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr const char* ivr = R"(return {
  fallback = { dial = "+15550190" },
  on_call = function(call)
    local choice = call:gather { say = "Press a key", digits = 1 }
    call:say("You pressed " .. choice.digits)
  end,
  on_message = function(message) return "You wrote " .. message.body end,
  on_call_ended = function(call) kv.increment("ended") end,
})";

// A switchboard with two workers and three numbers.
class SwitchboardTest : public testing::Test, protected World {
protected:
    void SetUp() override {
        folder.write("numbers.lua",
                     "return { ['+15550100'] = 'ivr', ['+15550101'] = 'plain', ['+15550102'] = 'texts' }");
        folder.write("ivr/flow.lua", ivr);
        folder.write("plain/flow.lua", "return { on_call = function(call) call:gather { say = 'Hello' } end }");
        folder.write("texts/flow.lua", "return { on_message = function() return 'Hi' end }");
        library.refresh();
    }

    void TearDown() override {
        for (const auto& sid : rang) end(sid);
        EXPECT_TRUE(until([&] { return !switchboard || switchboard->active_calls() == 0; }));
        if (switchboard) switchboard->stop_sweeping();
        workers.stop();
        workers.join();
    }

    Switchboard& open(Switchboard::Options options = {}) {
        switchboard = std::make_unique<Switchboard>(options, workers, library, texts, surroundings());
        return *switchboard;
    }

    static twilio::Webhook webhook(const std::string& sid, const std::string& to, net::Form params = {}) {
        twilio::Webhook made;
        made.call_sid = sid;
        made.message_sid = sid;
        made.account_sid = "AC1";
        made.from = "+15551230100";
        made.to = to;
        made.params = std::move(params);
        return made;
    }

    std::string ring(const std::string& sid, const std::string& to = "+15550100") { return turn(sid, 0, {}, to); }
    std::string turn(const std::string& sid, unsigned number, net::Form params = {},
                     const std::string& to = "+15550100") {
        if (number == 0) rang.insert(sid);
        auto response = tests::run(context, switchboard->voice(webhook(sid, to, std::move(params)), number, origin));
        EXPECT_EQ(response.status, 200);
        return response.body;
    }
    void end(const std::string& sid, const char* status = "completed") {
        tests::run(context, switchboard->status(webhook(sid, "+15550100", {{"CallStatus", status}})));
    }

    // Looks until it holds, for ten seconds at most.
    template <class Condition>
    bool until(Condition holds) {
        for (auto limit = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < limit;
             std::this_thread::yield())
            if (holds()) return true;
        return holds();
    }

    const std::string origin = "https://voice.example.com";
    script::FlowsFolder folder;
    script::FlowLibrary library{{.root = folder.root(), .run_tests = {}}, clock, lines.log, metrics};
    script::Watchdog watchdog;
    std::optional<script::Watchdog::Registration> registrations[2];
    net::Workers workers{{.count = 2,
                          .on_start = [this](std::size_t i) { registrations[i].emplace(watchdog); },
                          .on_end = [this](std::size_t i) { registrations[i].reset(); }}};
    std::unique_ptr<Switchboard> switchboard;
    std::set<std::string> rang;
};

}  // namespace

TEST_F(SwitchboardTest, BringsACallFromItsFirstWebhookToItsEnd) {
    open();
    EXPECT_THAT(ring("CA1"), HasSubstr("Press a key"));
    EXPECT_EQ(switchboard->active_calls(), 1U);
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}), HasSubstr("<Say>You pressed 5</Say><Hangup/>"));
    end("CA1");
    EXPECT_EQ(switchboard->active_calls(), 0U);
    EXPECT_THAT(lines.text(), HasSubstr("call ended"));
}

TEST_F(SwitchboardTest, FindsCallsOfAnyWorkerFromOutside) {
    open();
    for (int i = 0; i < 20; ++i) ring("CA" + std::to_string(i));
    EXPECT_EQ(switchboard->active_calls(), 20U);
    auto counts = tests::run(context, switchboard->count_calls());
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts.begin()->first.first, "+15550100");
    EXPECT_EQ(counts.begin()->first.second, library.find("+15550100")->flow->version());
    EXPECT_EQ(counts.begin()->second, 20U);
    for (int i = 0; i < 20; ++i)
        EXPECT_THAT(turn("CA" + std::to_string(i), 1, {{"Digits", std::to_string(i % 10)}}),
                    HasSubstr("You pressed " + std::to_string(i % 10)));
}

TEST_F(SwitchboardTest, StartsOneCallForARepeatedFirstWebhook) {
    open();
    auto first = ring("CA1");
    EXPECT_EQ(ring("CA1"), first);
    EXPECT_EQ(switchboard->active_calls(), 1U);
    EXPECT_EQ(metrics.calls_total.Value(), 1);
    EXPECT_EQ(metrics.webhooks_repeated_total.Value(), 1);
}

TEST_F(SwitchboardTest, SaysThatANumberIsNotSetUp) {
    open();
    EXPECT_THAT(ring("CA1", "+15559999999"), HasSubstr("not set up yet"));
    EXPECT_THAT(ring("CA2", "+15550102"), HasSubstr("not set up yet"));  // its flow takes texts only
    EXPECT_EQ(switchboard->active_calls(), 0U);
    EXPECT_THAT(lines.text(), HasSubstr("add it to numbers.lua"));
}

TEST_F(SwitchboardTest, IsBusyPastItsMostCalls) {
    open({.max_calls = 2});
    ring("CA1");
    ring("CA2");
    EXPECT_THAT(ring("CA3"), HasSubstr("<Reject reason=\"busy\"/>"));
    EXPECT_EQ(metrics.overload_total.Value(), 1);
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}), HasSubstr("You pressed 5"));
    end("CA1");
    EXPECT_THAT(ring("CA4"), HasSubstr("Press a key"));
}

TEST_F(SwitchboardTest, SendsNewCallsToTheFallbackWhileItDrains) {
    open();
    ring("CA1");
    switchboard->drain();
    EXPECT_TRUE(switchboard->draining());
    EXPECT_THAT(ring("CA2"), HasSubstr("+15550190</"));
    EXPECT_THAT(turn("CA2", 1, {{"DialCallStatus", "busy"}, {"CallStatus", "in-progress"}}),
                HasSubstr("nobody can take your call now"));
    EXPECT_THAT(turn("CA2", 1, {{"DialCallStatus", "completed"}, {"CallStatus", "in-progress"}}),
                HasSubstr("<Response><Hangup/>"));
    EXPECT_THAT(ring("CA3", "+15550101"), HasSubstr("restarting our phone system"));
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}), HasSubstr("You pressed 5"));
    EXPECT_EQ(switchboard->active_calls(), 1U);
}

TEST_F(SwitchboardTest, AnswersNothingToAWebhookOfACallThatIsOver) {
    open();
    ring("CA1");
    end("CA1");
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}), Not(HasSubstr("Press")));
    EXPECT_THAT(ring("CA1"), Not(HasSubstr("Press")));
    EXPECT_EQ(metrics.calls_total.Value(), 1);
    end("CA1");
    EXPECT_EQ(tests::run(context, store.get("ivr", "ended"))->value(), 1);
}

TEST_F(SwitchboardTest, StartsNoCallForTheLastWebhookOfOneThatItDoesNotKnow) {
    open();
    EXPECT_THAT(turn("CA1", 3, {{"CallStatus", "completed"}, {"RecordingUrl", "https://e.example/RE1"}}),
                Not(HasSubstr("Press")));
    EXPECT_EQ(switchboard->active_calls(), 0U);
}

TEST_F(SwitchboardTest, GreetsACallerAnewWhoseCallItDoesNotKnow) {
    open();
    rang.insert("CA1");
    auto document = turn("CA1", 3, {{"CallStatus", "in-progress"}, {"Digits", "5"}});
    EXPECT_THAT(document, HasSubstr("Press a key"));
    EXPECT_THAT(document, HasSubstr("/twilio/continue/1\""));
    EXPECT_THAT(lines.text(), HasSubstr("not known here"));
}

TEST_F(SwitchboardTest, EndsCallsThatTheCarrierForgot) {
    open({.call_lifetime = 60s, .sweep_every = 1ms}).start_sweeping();
    ring("CA1");
    clock.advance(59s);
    ring("CA2");
    clock.advance(2s);
    EXPECT_TRUE(until([&] { return metrics.calls_expired_total.Value() == 1; }));
    EXPECT_EQ(switchboard->active_calls(), 1U);
    EXPECT_THAT(lines.text(), HasSubstr("status=expired"));
    EXPECT_THAT(turn("CA2", 1, {{"Digits", "5"}}), HasSubstr("You pressed 5"));
}

TEST_F(SwitchboardTest, AnswersTextMessagesAndRepeatsItself) {
    open();
    auto text = webhook("SM1", "+15550100", {{"Body", "hello"}});
    auto first = tests::run(context, switchboard->text_message(text));
    EXPECT_THAT(first.body, HasSubstr("You wrote hello"));
    EXPECT_EQ(tests::run(context, switchboard->text_message(text)).body, first.body);
    EXPECT_EQ(metrics.messages_total.Value(), 1);
    EXPECT_EQ(metrics.webhooks_repeated_total.Value(), 1);
}

TEST_F(SwitchboardTest, LeavesATextToANumberWithoutAFlowUnanswered) {
    open();
    auto response = tests::run(context, switchboard->text_message(webhook("SM1", "+15550101", {{"Body", "hello"}})));
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, Not(HasSubstr("Message")));
    EXPECT_THAT(lines.text(), HasSubstr("no flow answers"));
}

TEST_F(SwitchboardTest, WhispersOnlyForACallThatDials) {
    open();
    ring("CA1");
    EXPECT_EQ(tests::run(context, switchboard->whisper("CA1", 0)).status, 200);
    EXPECT_EQ(tests::run(context, switchboard->whisper("CA9", 0)).status, 200);
}
