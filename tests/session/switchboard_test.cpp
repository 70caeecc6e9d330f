#include "session/switchboard.hpp"

#include "script/flows_folder.hpp"
#include "session/session_fixture.hpp"
#include "twilio/call_parameters.hpp"

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

    // Another engine on the same store takes over; the one before it is gone with all that it had in memory.
    void take_over() {
        keep_versions();
        gone.push_back(std::move(switchboard));
        open();
    }
    void keep_versions() {
        for (auto number : {"+15550100", "+15550101"}) {
            auto flow = library.find(number)->flow;
            auto kept =
                tests::run(context, store.keep_version(flow->name(), flow->version(), script::to_json(flow->bundle())));
            EXPECT_TRUE(kept);
        }
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
                     const std::string& to = "+15550100", std::uint32_t step = 0) {
        if (number == 0) rang.insert(sid);
        auto asked = webhook(sid, to, std::move(params));
        asked.route.turn = number;
        asked.route.step = step;
        auto response = tests::run(context, switchboard->voice(std::move(asked), origin));
        EXPECT_EQ(response.status, 200);
        return response.body;
    }
    void end(const std::string& sid, const char* status = "completed") {
        tests::run(context, switchboard->status(webhook(sid, "+15550100", {{"CallStatus", status}})));
    }

    core::Json kept_of(const std::string& business, const std::string& key) {
        auto value = tests::run(context, store.get(business, key)).value();
        return value ? *value : core::Json();
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
    std::vector<std::unique_ptr<Switchboard>> gone;  // they hear of nothing any more
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
    EXPECT_THAT(document, HasSubstr("/twilio/continue/1/1\""));
    EXPECT_THAT(lines.text(), HasSubstr("not known"));
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

TEST_F(SwitchboardTest, EndsACallThatHasItsLastDocumentSoonWithoutAWordFromTheCarrier) {
    open({.call_lifetime = 600s, .done_lifetime = 60s, .sweep_every = 1ms}).start_sweeping();
    ring("CA1");
    ring("CA2");
    turn("CA1", 1, {{"Digits", "5"}});
    clock.advance(59s);
    ring("CA3");
    EXPECT_EQ(switchboard->active_calls(), 3U);
    clock.advance(2s);
    EXPECT_TRUE(until([&] { return switchboard->active_calls() == 2; }));
    EXPECT_EQ(metrics.calls_expired_total.Value(), 0);
    EXPECT_THAT(lines.text(), HasSubstr("status=completed"));
    EXPECT_EQ(tests::run(context, store.get("ivr", "ended"))->value(), 1);
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

TEST_F(SwitchboardTest, LeadsACallOnThatAnotherEngineBegan) {
    open();
    EXPECT_THAT(ring("CA1"), HasSubstr("Press a key"));
    take_over();
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}, "+15550100", 1), HasSubstr("<Say>You pressed 5</Say><Hangup/>"));
    EXPECT_EQ(metrics.calls_rebuilt_total.Value(), 1);
    EXPECT_EQ(metrics.calls_total.Value(), 1);
    end("CA1");
    EXPECT_EQ(kept_of("ivr", "ended"), 1);
}

TEST_F(SwitchboardTest, GivesTheSameDocumentAgainAfterARestart) {
    open();
    auto first = ring("CA1");
    take_over();
    EXPECT_EQ(ring("CA1"), first);
    auto second = turn("CA1", 1, {{"Digits", "5"}}, "+15550100", 1);
    take_over();
    EXPECT_EQ(turn("CA1", 1, {{"Digits", "5"}}, "+15550100", 1), second);
    EXPECT_EQ(metrics.replays_diverged_total.Value(), 0);
}

TEST_F(SwitchboardTest, StaysWithTheVersionOnWhichACallBegan) {
    open();
    ring("CA1");
    keep_versions();
    folder.write("ivr/flow.lua", "return { on_call = function(call) call:say('Quite different') end }");
    library.refresh();
    gone.push_back(std::move(switchboard));
    open();
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}, "+15550100", 1), HasSubstr("You pressed 5"));
    EXPECT_THAT(ring("CA2"), HasSubstr("Quite different"));
}

TEST_F(SwitchboardTest, KnowsThatAnotherEngineHasLedACallOn) {
    folder.write("plain/flow.lua", R"(return { on_call = function(call)
        local keys = ""
        for turn = 1, 6 do keys = keys .. call:gather { say = "Key " .. turn, digits = 1 }.digits end
        call:say("All: " .. keys)
    end })");
    library.refresh();
    keep_versions();
    auto& one = open();
    gone.push_back(std::move(switchboard));
    auto& other = open();
    auto at = [&](Switchboard& engine, unsigned number, net::Form params, std::uint32_t step) {
        auto asked = webhook("CA1", "+15550101", std::move(params));
        asked.route.turn = number;
        asked.route.step = step;
        return tests::run(context, engine.voice(std::move(asked), origin)).body;
    };
    EXPECT_THAT(at(one, 0, {}, 0), HasSubstr("Key 1"));
    EXPECT_THAT(at(other, 1, {{"Digits", "1"}}, 1), HasSubstr("Key 2"));
    EXPECT_THAT(at(other, 2, {{"Digits", "2"}}, 2), HasSubstr("Key 3"));
    EXPECT_THAT(at(one, 3, {{"Digits", "3"}}, 3), HasSubstr("Key 4"));
    EXPECT_THAT(at(one, 4, {{"Digits", "4"}}, 4), HasSubstr("Key 5"));
    EXPECT_THAT(at(other, 5, {{"Digits", "5"}}, 5), HasSubstr("Key 6"));
    EXPECT_THAT(at(one, 6, {{"Digits", "6"}}, 6), HasSubstr("All: 123456"));
    EXPECT_EQ(metrics.replays_diverged_total.Value(), 0);
    rang.insert("CA1");
    tests::run(context, one.status(webhook("CA1", "+15550101", {{"CallStatus", "completed"}})));
}

TEST_F(SwitchboardTest, EndsACallOfAnotherEngineOnce) {
    open();
    ring("CA1");
    take_over();
    end("CA1");
    EXPECT_TRUE(until([&] { return kept_of("ivr", "ended") == 1; }));
    take_over();
    end("CA1");
    EXPECT_EQ(kept_of("ivr", "ended"), 1);
    EXPECT_THAT(turn("CA1", 1, {{"Digits", "5"}}, "+15550100", 1), Not(HasSubstr("You pressed")));
    EXPECT_THAT(lines.text(), HasSubstr("status=completed"));
}

TEST_F(SwitchboardTest, SoonForgetsACallThatAnotherEngineHasLedToItsEnd) {
    keep_versions();
    auto& one = open({.sweep_every = 1ms});
    ring("CA1");
    ring("CA2");
    one.start_sweeping();
    gone.push_back(std::move(switchboard));
    open();
    turn("CA1", 1, {{"Digits", "5"}}, "+15550100", 1);
    end("CA1");
    EXPECT_EQ(one.active_calls(), 2U);
    clock.advance(60s);
    EXPECT_TRUE(until([&] { return one.active_calls() == 1; }));
    EXPECT_EQ(kept_of("ivr", "ended"), 1) << "its end is told once";
    tests::run(context, one.status(webhook("CA2", "+15550100", {{"CallStatus", "completed"}})));
    EXPECT_TRUE(until([&] { return one.active_calls() == 0; }));
    one.stop_sweeping();
}

TEST_F(SwitchboardTest, WhispersForADialOfAnotherEngine) {
    folder.write("plain/flow.lua", R"(return { on_call = function(call)
        call:dial { to = { "+15550199" }, whisper = "A caller for you" }
    end })");
    library.refresh();
    open();
    EXPECT_THAT(ring("CA1", "+15550101"), HasSubstr("+15550199</"));
    take_over();
    EXPECT_THAT(tests::run(context, switchboard->whisper("CA1", 0)).body, HasSubstr("A caller for you"));
}

TEST_F(SwitchboardTest, DialsTheFallbackWhereTheStoreTakesNoCall) {
    open();
    store.takes_calls = false;
    EXPECT_THAT(ring("CA1"), HasSubstr("+15550190</"));
    EXPECT_THAT(turn("CA1", 1, {{"DialCallStatus", "completed"}, {"CallStatus", "in-progress"}}),
                HasSubstr("<Response><Hangup/>"));
    store.takes_calls = true;
    EXPECT_THAT(ring("CA2"), HasSubstr("Press a key"));
}

TEST_F(SwitchboardTest, RepliesToATextThatAnEngineBeforeItHadBegunWith) {
    folder.write("texts/flow.lua", R"(return { on_message = function(message)
        return "Text number " .. kv.increment("texts")
    end })");
    library.refresh();
    open();
    auto digest = core::Ask{"kv", {{"op", "increment"}, {"key", "texts"}}, ""}.digest();
    auto text = webhook("SM1", "+15550102", {{"Body", "hello"}});
    auto version = library.find("+15550102", "")->flow->version();
    EXPECT_TRUE(tests::run(context, store.open_call({twilio::message_info(text, clock.now()), "texts", version})));
    core::JournalEntry begun{"SM1", 1, digest, of(7)};
    EXPECT_TRUE(tests::run(context, store.append(std::move(begun))));
    EXPECT_THAT(tests::run(context, switchboard->text_message(text)).body, HasSubstr("Text number 7"));
}

TEST_F(SwitchboardTest, GivesARepeatedTextTheSameReplyThoughAnotherProcessAnsweredIt) {
    folder.write("texts/flow.lua", R"(return { on_message = function(message)
        return "Text number " .. kv.increment("texts")
    end })");
    library.refresh();
    open();
    auto text = webhook("SM1", "+15550102", {{"Body", "hello"}});
    auto reply = tests::run(context, switchboard->text_message(text)).body;
    EXPECT_THAT(reply, HasSubstr("Text number 1"));
    gone.push_back(std::move(switchboard));
    open();
    EXPECT_EQ(tests::run(context, switchboard->text_message(text)).body, reply);
}

TEST_F(SwitchboardTest, GoesOnWithATextWhoseProcessEndedAfterItsWebhookWasAnswered) {
    folder.write("texts/flow.lua", R"(return { on_message = function(message)
        message:reply("One moment")
        local number = kv.increment("texts")
        message:reply("Text number " .. number)
        return "Goodbye"
    end })");
    library.refresh();
    open();
    auto text = webhook("SM1", "+15550102", {{"Body", "hello"}});
    auto version = library.find("+15550102", "")->flow->version();
    EXPECT_TRUE(tests::run(context, store.open_call({twilio::message_info(text, clock.now()), "texts", version})));
    core::Promise rest;
    rest.payload = {{"message", "SM1"}, {"replied_to", 1}};
    EXPECT_TRUE(std::holds_alternative<Kept>(tests::run(context, switchboard->settle_message(rest))));
    ASSERT_EQ(texts.sent.size(), 2U);
    EXPECT_EQ(texts.sent[0].body, "Text number 1");
    EXPECT_EQ(texts.sent[0].key, "SM1:3");
    EXPECT_EQ(texts.sent[1].body, "Goodbye");
    EXPECT_TRUE(std::holds_alternative<Kept>(tests::run(context, switchboard->settle_message(rest))));
    EXPECT_EQ(texts.sent.size(), 2U);
}
