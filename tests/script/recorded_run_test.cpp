#include "script/recorded_run.hpp"

#include "script/test_a_flow.hpp"

#include <gmock/gmock.h>

namespace switchhook::script {
namespace {

using core::Answer;
using core::Json;

const core::Time noon{std::chrono::hours(12)};

class RecordedRun_ : public FlowTests {
protected:
    // A call in which the caller presses 1, is told so, and hangs up at the next question.
    Recording call() {
        RecordedRun run(compile(R"(return {
  on_call = function(call)
    local answer = call:gather { digits = 1 }
    call:say("You pressed " .. answer.digits)
    call:gather { digits = 1 }
  end,
  on_call_ended = function(call) kv.set("ended", call:summary().status) return "done" end,
})"),
                        Limits{});
        core::CallInfo info{.id = "CA1", .from = "+12025550142", .to = "+12025550199", .started = noon};
        run.start("on_call", info);
        run.resume(Answer::of({{"digits", "1"}}, noon + std::chrono::seconds(3)));
        run.resume(Answer::of(nullptr, noon + std::chrono::seconds(3)));
        info.summary = {{"status", "completed"}};
        run.start("on_call_ended", info);
        run.resume(Answer::of(nullptr, noon + std::chrono::seconds(9)));
        return std::move(run).take_recording();
    }
};

TEST_F(RecordedRun_, HoldsEveryHandlerWithItsAsksAndTheOneThatNobodyAnswered) {
    auto recording = call();
    ASSERT_EQ(recording.handlers.size(), 2u);
    EXPECT_EQ(recording.handlers[0].name, "on_call");
    ASSERT_EQ(recording.handlers[0].asked.size(), 2u);
    EXPECT_EQ(recording.handlers[0].asked[1].ask.kind, "say");
    EXPECT_EQ(recording.handlers[0].asked[0].answer, R"({"time":43203000,"value":{"digits":"1"}})");
    EXPECT_EQ(std::get<core::Ask>(recording.handlers[0].last).where, "lexi/flow.lua:5");
    ASSERT_EQ(recording.handlers[1].asked.size(), 1u);
    EXPECT_EQ(std::get<Finished>(recording.handlers[1].last).value, "done");
}

TEST_F(RecordedRun_, ReplaysFromItsOwnAnswers) {
    EXPECT_EQ(replay(call(), Limits{}), std::nullopt);
}

TEST_F(RecordedRun_, TellsWhichAskComesOutDifferently) {
    auto recording = call();
    recording.handlers[0].asked[0].answer = R"({"time":43203000,"value":{"digits":"2"}})";
    EXPECT_EQ(
        replay(recording, Limits{}),
        "replayed from its own answers, the flow does something else: step 2 was say {\"text\":\"You pressed 1\"} at "
        "lexi/flow.lua:4, and is now say {\"text\":\"You pressed 2\"} at lexi/flow.lua:4: after a crash this call "
        "could not go on, so let a flow depend on nothing but the call and its answers");
}

TEST_F(RecordedRun_, TellsThatTheFlowBreaksThisTime) {
    auto recording = call();
    recording.handlers[0].asked[0].answer = R"({"time":43203000,"reason":"timeout"})";
    EXPECT_THAT(replay(recording, Limits{}).value_or(""),
                testing::HasSubstr(
                    "is now the flow breaking at lexi/flow.lua:4: attempt to index local 'answer' (a nil value)"));
}

TEST_F(RecordedRun_, LooksAtTheAskThatNobodyAnswered) {
    auto recording = call();
    std::get<core::Ask>(recording.handlers[0].last).options["digits"] = 2;
    EXPECT_THAT(replay(recording, Limits{}).value_or(""), testing::HasSubstr("step 3 was gather {\"digits\":2"));
}

TEST_F(RecordedRun_, LooksAtTheHandlersThatFollow) {
    auto recording = call();
    recording.handlers[1].info.summary = {{"status", "busy"}};
    EXPECT_THAT(replay(recording, Limits{}).value_or(""), testing::HasSubstr("step 4 was kv"));
}

TEST_F(RecordedRun_, LooksAtWhatTheHandlerReturned) {
    auto recording = call();
    recording.handlers[1].last = Finished{"well done"};
    EXPECT_THAT(replay(recording, Limits{}).value_or(""),
                testing::HasSubstr("step 5 was the end, with \"well done\", and is now the end, with \"done\""));
}

class AComparison : public RecordedRun_ {
protected:
    // What differs for the call above where on_call is this.
    std::vector<Difference> differences(const std::string& on_call) {
        auto edited = compile("return {\n  on_call = function(call)\n" + on_call +
                              "\n  end,\n  on_call_ended = function(call) kv.set(\"ended\", call:summary().status) "
                              "return \"done\" end }");
        return compare(call(), edited, Limits{});
    }
    static std::string text(const Step& step) {
        auto* ask = std::get_if<core::Ask>(&step);
        return ask ? ask->kind + " " + ask->where : std::holds_alternative<Failed>(step) ? "breaks" : "ends";
    }
};

TEST_F(AComparison, FindsNothingWhereTheCallGoesTheSame) {
    EXPECT_TRUE(differences(R"(local answer = call:gather { digits = 1 }
    call:say("You pressed " .. answer.digits)
    call:gather { digits = 1 })")
                    .empty());
}

TEST_F(AComparison, PassesOverOtherWords) {
    auto found = differences(R"(local answer = call:gather { say = "A key, please.", digits = 1 }
    call:say("Thank you.")
    call:say("You pressed " .. answer.digits)
    call:gather { digits = 1 })");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_FALSE(found[0].leads_away);
    EXPECT_EQ(text(found[0].then.at(0)), "gather lexi/flow.lua:3");
    EXPECT_EQ(text(found[0].now.at(0)), "gather lexi/flow.lua:3");
    EXPECT_FALSE(found[1].leads_away);
    EXPECT_EQ(found[1].step, 1u);
    EXPECT_TRUE(found[1].then.empty());
    EXPECT_EQ(text(found[1].now.at(0)), "say lexi/flow.lua:4");
}

TEST_F(AComparison, TakesARecordingThatEndsWithWordsNobodyHeard) {
    auto flow = [&](const std::string& words) {
        return compile("return { on_call = function(call) call:gather { digits = 1 } call:say(\"" + words +
                       "\") call:say(\"Goodbye\") end }");
    };
    RecordedRun run(flow("Hello"), Limits{});
    run.start("on_call", {.id = "CA1", .from = "+12025550142", .to = "+12025550199", .started = noon});
    run.resume(Answer::of({{"digits", "1"}}, noon));
    auto recording = std::move(run).take_recording();
    EXPECT_TRUE(compare(recording, recording.flow, Limits{}).empty());
    auto found = compare(recording, flow("Hi"), Limits{});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_FALSE(found[0].leads_away);
    EXPECT_EQ(found[0].step, 1u);
}

TEST_F(AComparison, EndsWhereTheCallGoesAnotherWay) {
    auto found = differences(R"(local answer = call:gather { digits = 1 }
    call:say("You pressed " .. answer.digits)
    call:dial("+15550100"))");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].leads_away);
    EXPECT_EQ(found[0].step, 2u);
    EXPECT_EQ(text(found[0].then.at(0)), "gather lexi/flow.lua:5");
    EXPECT_EQ(text(found[0].now.at(0)), "dial lexi/flow.lua:5");
}

TEST_F(AComparison, SaysThatAnotherNumberOfKeysIsAnotherWay) {
    auto found = differences("call:gather { digits = 2 }");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].leads_away);
    EXPECT_EQ(found[0].step, 0u);
}

TEST_F(AComparison, SeesThatTheFlowBreaksOrIsDone) {
    auto broken = differences("local answer = call:gather { digits = 1 } call:say(answer.digit:upper())");
    ASSERT_EQ(broken.size(), 1u);
    EXPECT_EQ(text(broken[0].now.back()), "breaks");
    auto done = differences("call:gather { digits = 1 }");
    ASSERT_EQ(done.size(), 1u);
    EXPECT_EQ(text(done[0].then.at(0)), "say lexi/flow.lua:4");
    EXPECT_EQ(text(done[0].now.back()), "ends");
}

TEST_F(AComparison, MissesAHandlerThatIsNotThereAnyMore) {
    auto edited = compile(R"(return { on_call = function(call)
    local answer = call:gather { digits = 1 }
    call:say("You pressed " .. answer.digits)
    call:gather { digits = 1 }
    end })");
    auto found = compare(call(), edited, Limits{});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].handler, 1u);
    EXPECT_EQ(text(found[0].then.at(0)).substr(0, 2), "kv");
    EXPECT_TRUE(found[0].now.empty());
    EXPECT_TRUE(found[0].leads_away);
}

}  // namespace
}  // namespace switchhook::script
