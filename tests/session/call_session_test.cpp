#include "session/call_session.hpp"

#include "script/endless_loop.hpp"
#include "session/session_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class SessionOfACall : public testing::Test, protected World {
protected:
    // Runs the whole call.
    void serve(const std::string& flow, const std::string& status = "completed") {
        script::on_worker([&] {
            auto live = live_flow(flow);
            open(*live);
            CallSession session(script::test_call(), std::move(live), port, surroundings());
            clock.advance(std::chrono::seconds(5));
            if (status != "completed") tests::run(context, tests::finished(session.close(status)));
            tests::run(context, tests::finished(session.run()));
        });
    }

    // The same call once more, from what the store has of it, with a port of its own.
    void rebuild(const std::string& flow, ScriptedPort& again) {
        script::on_worker([&] {
            Past past{*tests::run(context, store.journal(script::test_call().id)), {}};
            CallSession session(script::test_call(), live_flow(flow), again, surroundings(), std::move(past));
            tests::run(context, tests::finished(session.run()));
        });
    }

    void open(const script::Live& live) {
        core::CallRecord record{script::test_call(), live.flow->name(), live.flow->version()};
        EXPECT_TRUE(tests::run(context, store.open_call(std::move(record))));
    }
    core::CallRecord record() { return **tests::run(context, store.find_call(script::test_call().id)); }
};

constexpr const char* broken = "say Sorry, something went wrong on our side.";
constexpr const char* connecting = "say Sorry, something went wrong on our side. I am connecting you to someone.";
constexpr const char* nobody = "say Sorry, nobody can take your call now. Please call again later.";

}  // namespace

TEST_F(SessionOfACall, LetsTheFlowTalkAndHangsUp) {
    port.answers = {of({{"digits", "1"}})};
    serve(R"(return { on_call = function(call)
        call:say("Hello")
        local choice = call:gather { say = "Key?", digits = 1 }
        call:say("You pressed " .. choice.digits)
    end })");
    EXPECT_THAT(port.heard(), ElementsAre("say Hello", "gather", "say You pressed 1"));
    EXPECT_TRUE(port.finished);
    EXPECT_EQ(metrics.calls_total.Value(), 1);
    EXPECT_EQ(metrics.fallbacks_total.Value(), 0);
    EXPECT_TRUE(record().ended);
    EXPECT_EQ(record().status, "completed");
}

TEST_F(SessionOfACall, SaysOfATextThatTheProcessBeforeMayHaveSentIt) {
    const std::string flow = R"(return { on_call = function()
        sms.send { to = "+15550199", body = "One" }
        sms.send { to = "+15550199", body = "Two" }
    end })";
    open(*live_flow(flow));
    auto digest = core::Ask{"kv", {{"op", "get"}, {"key", "sms/opted_out/+15550199"}}, ""}.digest();
    clock.advance(std::chrono::seconds(5));
    core::JournalEntry entry{script::test_call().id, 1, digest, of(nullptr)};
    EXPECT_TRUE(tests::run(context, store.append(std::move(entry))));
    const auto then = clock.now();
    clock.advance(std::chrono::seconds(5));
    ScriptedPort again(clock);
    rebuild(flow, again);
    ASSERT_EQ(texts.sent.size(), 2U);
    EXPECT_EQ(texts.sent[0].key, script::test_call().id + ":2");
    EXPECT_EQ(texts.sent[0].perhaps_since, then);
    EXPECT_EQ(texts.sent[1].perhaps_since, std::nullopt);
}

TEST_F(SessionOfACall, DialsTheFallbackWhenTheFlowBreaksBeforeItSpeaks) {
    port.answers = {of({{"status", "completed"}})};
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call) error("no") end })");
    EXPECT_THAT(port.heard(), ElementsAre(connecting, "dial +15550100"));
    EXPECT_TRUE(port.finished);
    EXPECT_EQ(metrics.flow_failures_total.Value(), 1);
    EXPECT_EQ(metrics.fallbacks_total.Value(), 1);
    EXPECT_THAT(lines.text(), HasSubstr("at=test/flow.lua:1"));
}

TEST_F(SessionOfACall, DialsTheFallbackAfterAConversationThatFailedAndThatTheFlowLeftAtThat) {
    port.answers = {of({{"status", "completed"}})};
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call)
        call:converse(agent { instructions = "Be kind." })
        kv.set("conversed", true)
    end })");
    EXPECT_THAT(port.heard(), ElementsAre(connecting, "dial +15550100"));
    EXPECT_EQ(metrics.fallbacks_total.Value(), 1);
}

TEST_F(SessionOfACall, LeavesAFailedConversationToAFlowThatDoesSomethingForTheCaller) {
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call)
        local outcome = call:converse(agent { instructions = "Be kind." })
        call:say("It " .. outcome.reason .. ": " .. outcome.what)
    end })");
    EXPECT_THAT(port.heard(), ElementsAre("say It failed: not_configured"));
    EXPECT_EQ(metrics.fallbacks_total.Value(), 0);
}

TEST_F(SessionOfACall, BringsWhatWasSaidInAConversationToTheRecord) {
    serve(R"(return {
        on_call = function(call) call:converse(agent { instructions = "Be kind." }) call:say("Bye") end,
        on_call_ended = function(call)
            local lines = call:summary().transcript
            kv.set("first", lines[1].who .. " " .. lines[1].what)
        end })");
    EXPECT_EQ(kept("first"), "assistant [failed]");
}

TEST_F(SessionOfACall, DialsTheFallbackAfterWhatWasSaid) {
    port.answers = {of({{"status", "completed"}})};
    serve(R"(return { fallback = { dial = "+15550100", say = "One moment." }, on_call = function(call)
        call:say("Hello")
        error("no")
    end })");
    EXPECT_THAT(port.heard(), ElementsAre("say Hello", "say One moment.", "dial +15550100"));
}

TEST_F(SessionOfACall, RegretsWhenNobodyTakesTheFallback) {
    port.answers = {nothing("busy")};
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call) error("no") end })");
    EXPECT_THAT(port.heard(), ElementsAre(connecting, "dial +15550100", nobody));
    EXPECT_TRUE(port.finished);
}

TEST_F(SessionOfACall, ApologisesWhereNoFallbackIsNamed) {
    serve(R"(return { on_call = function(call) error("no") end })");
    EXPECT_THAT(port.heard(), ElementsAre(broken));
    EXPECT_TRUE(port.finished);
}

TEST_F(SessionOfACall, TellsWhereAFlowBrokeOnWhatAndAfterWhat) {
    port.answers = {of({{"digits", "4711"}}), nothing("timeout")};
    serve(R"(return { on_call = function(call)
        local tries = 2
        call:gather { say = "Your PIN?" }
        local answer, reason = call:gather { say = "For how many?", digits = 1 }
        if not answer then error("nobody says for how many") end
    end })");
    EXPECT_THAT(lines.text(), HasSubstr("flow failed"));
    EXPECT_THAT(lines.text(), HasSubstr("flow.lua:5"));
    EXPECT_THAT(lines.text(), HasSubstr("tries = 2, answer = nil, reason ="));
    EXPECT_THAT(lines.text(),
                HasSubstr("flow: Your PIN? / caller: [presses (4 digits)] / flow: For how many? / caller: "
                          "[timeout]"));
}

TEST_F(SessionOfACall, TakesTheFallbackWhenAnAnswerCannotBeJournaled) {
    store.fails_from_seq = 2;
    port.answers = {of({{"digits", "1"}}), of({{"status", "completed"}})};
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call)
        call:say("Hello")
        call:gather { say = "Key?", digits = 1 }
        call:say("Must not be heard")
    end })");
    EXPECT_THAT(port.heard(), ElementsAre("say Hello", "gather", connecting, "dial +15550100"));
    EXPECT_THAT(lines.text(), HasSubstr("answer not journaled"));
    EXPECT_TRUE(store.appended.empty());
}

TEST_F(SessionOfACall, TakesTheFallbackWhenTheEngineItselfBreaks) {
    port.throws_at = "gather";
    port.answers = {of({{"status", "completed"}})};
    serve(R"(return { fallback = { dial = "+15550100" }, on_call = function(call)
        call:gather { say = "Key?", digits = 1 }
    end })");
    EXPECT_THAT(port.heard(), ElementsAre(connecting, "dial +15550100"));
    EXPECT_TRUE(port.finished);
    EXPECT_THAT(lines.text(), HasSubstr("a bug"));
}

TEST_F(SessionOfACall, TakesTheFallbackWhenTheFlowDoesNotEnd) {
    if (script::signals_are_held_back) GTEST_SKIP() << script::held_back_signals;
    serve(R"(return { on_call = function(call)
        while true do end
    end })");
    EXPECT_THAT(port.heard(), ElementsAre(broken));
    EXPECT_THAT(metrics.text(), HasSubstr("limit=\"cpu\"} 1"));
}

TEST_F(SessionOfACall, JournalsEveryAnswerBeforeTheFlowGoesOn) {
    port.answers = {of({{"digits", "1"}}), nothing("timeout")};
    serve(R"(return { on_call = function(call)
        call:say("Hello")
        call:gather { say = "Key?", digits = 1 }
        kv.set("seen", 1)
        call:gather { say = "Another?", digits = 1 }
    end })");
    ASSERT_EQ(store.appended.size(), 3U);
    EXPECT_EQ(store.appended[0].seq, 2U);
    EXPECT_EQ(store.appended[0].call, script::test_call().id);
    EXPECT_EQ(store.appended[0].answer.value, Json({{"digits", "1"}}));
    EXPECT_EQ(store.appended[0].digest, port.asks[1].digest());
    EXPECT_EQ(store.appended[1].seq, 3U);
    EXPECT_EQ(store.appended[2].answer.reason, "timeout");
}

TEST_F(SessionOfACall, RunsOnCallEndedOnceWithTheRecordOfTheCall) {
    port.answers = {of({{"digits", "1"}})};
    serve(R"(return {
        on_call = function(call)
          call:gather { say = "Key?", digits = 1 }
          call.vars.seen = "yes"
        end,
        on_call_ended = function(call)
          kv.increment("runs")
          kv.set("summary", call:summary())
          kv.set("vars", call.vars.seen)
        end,
    })");
    EXPECT_EQ(kept("runs"), 1);
    EXPECT_EQ(kept("vars"), "yes");
    auto summary = kept("summary");
    EXPECT_EQ(summary["status"], "completed");
    EXPECT_EQ(summary["seconds"], 5);
    EXPECT_EQ(summary["transcript"],
              Json::array({{{"who", "flow"}, {"what", "Key?"}}, {{"who", "caller"}, {"what", "[presses 1]"}}}));
}

TEST_F(SessionOfACall, RecordsACallerWhoHangsUpWithoutAFallback) {
    serve(R"(return {
        fallback = { dial = "+15550100" },
        on_call = function(call)
          call:gather { say = "Key?", digits = 1 }
          kv.set("went_on", true)
        end,
        on_call_ended = function(call) kv.set("summary", call:summary()) end,
    })",
          "no-answer");
    EXPECT_THAT(port.heard(), ElementsAre("gather"));
    EXPECT_EQ(kept("went_on"), Json());
    EXPECT_EQ(metrics.fallbacks_total.Value(), 0);
    EXPECT_EQ(kept("summary")["status"], "no-answer");
    EXPECT_EQ(kept("summary")["transcript"],
              Json::array({{{"who", "flow"}, {"what", "Key?"}}, {{"who", "caller"}, {"what", "[hangs up]"}}}));
}

TEST_F(SessionOfACall, EndsWithAnOnCallEndedThatBreaks) {
    serve(R"(return { on_call = function(call) end, on_call_ended = function(call) error("no") end })");
    EXPECT_THAT(port.heard(), ElementsAre());
    EXPECT_THAT(lines.text(), HasSubstr("handler=on_call_ended"));
    EXPECT_TRUE(record().ended);
    EXPECT_EQ(record().status, "completed");
}

TEST_F(SessionOfACall, EndsTheHandlerWhenItGivesTheCallAway) {
    serve(R"(return { on_call = function(call)
        call:redirect("https://other.example/voice")
        kv.set("went_on", true)
    end })");
    EXPECT_THAT(port.heard(), ElementsAre("redirect"));
    EXPECT_EQ(kept("went_on"), Json());
}

namespace {

constexpr const char* two_keys = R"(return { on_call = function(call)
    call:say("Hello")
    local first = call:gather { say = "First?", digits = 1 }
    kv.set("first", first.digits)
    local second = call:gather { say = "Second?", digits = 1 }
    call:say("You pressed " .. first.digits .. second.digits)
    kv.increment("times")
end })";

}  // namespace

TEST_F(SessionOfACall, IsNotRebuiltWhereItsFlowAsksSomethingElseThanBefore) {
    core::JournalEntry other{script::test_call().id, 2, "0000000000000000", of({{"digits", "1"}})};
    EXPECT_TRUE(tests::run(context, store.append(std::move(other))));
    open(*live_flow(two_keys));
    rebuild(two_keys, port);
    EXPECT_THAT(port.heard(), ElementsAre("say Hello", broken));
    EXPECT_EQ(metrics.replays_diverged_total.Value(), 1);
    EXPECT_THAT(lines.text(), HasSubstr("asks=gather at=test/flow.lua:3"));
}
