#include "session/conversation.hpp"

#include "session/call_session.hpp"
#include "session/conversation_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

using namespace switchhook;
using namespace switchhook::session;
using core::AgentPort;
using core::AudioLeg;
using core::Json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

class ConversationOfACall : public testing::Test, protected World {
protected:
    ~ConversationOfACall() override {
        telephone.does.close();
        model.does.close();
        tests::run_ready(context);
    }

    // Starts an ask; what can happen at once has then happened.
    void ask(const std::string& kind, Json options = Json::object()) {
        asked = std::make_unique<core::Ask>(core::Ask{kind, std::move(options), "flow.lua:1"});
        answer = std::make_unique<tests::Awaited<core::Answer>>(context, conversation.perform(*asked));
        tests::run_ready(context);
    }
    void converse(Json options = Json::object()) {
        options["instructions"] = "Be kind.";
        ask("converse", std::move(options));
    }
    void model_does(AgentPort::Event event) {
        model.does.send(std::move(event));
        tests::run_ready(context);
    }
    void caller_does(AudioLeg::Event event) {
        telephone.does.send(std::move(event));
        tests::run_ready(context);
    }
    void presses(std::string_view digits) {
        for (char digit : digits) caller_does(AudioLeg::Digit{digit});
    }
    // The answer is journaled.
    void let_go() {
        conversation.let_go();
        tests::run_ready(context);
    }
    // Pieces of a waiting sound that were played.
    long sounds() const {
        return std::count_if(telephone.log.begin(), telephone.log.end(),
                             [](const std::string& entry) { return entry.starts_with("play waiting_sound_"); });
    }
    // Runs until it holds, for ten seconds at most.
    template <class Condition>
    bool until(Condition holds) {
        context.restart();
        for (auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
             !holds() && std::chrono::steady_clock::now() < limit;)
            context.run_one_for(std::chrono::milliseconds(10));
        return holds();
    }
    Json finished() const { return (*answer)->value.value("finished", Json()); }

    Telephone telephone;
    Model model;
    OneModel models{model};
    core::CallInfo info = script::test_call();
    std::unique_ptr<core::Ask> asked;
    std::unique_ptr<tests::Awaited<core::Answer>> answer;
    struct Line final : core::CallPort {
        explicit Line(Telephone& t, const core::Clock& c) : telephone(t), clock(c) {}
        boost::asio::awaitable<core::Answer> perform(const core::Ask&) override {
            co_return core::Answer::of(nullptr, clock.now());
        }
        boost::asio::awaitable<core::Result<std::unique_ptr<AudioLeg>>> connect_audio(const core::Ask&) override {
            if (error) co_return *error;
            co_return std::make_unique<TelephoneLeg>(telephone);
        }
        void finish() override {}
        bool ended() const override { return over_; }
        boost::asio::awaitable<void> over() override { co_return; }
        Telephone& telephone;
        const core::Clock& clock;
        std::optional<core::Error> error;
        bool over_ = false;
    } line{telephone, clock};
    Conversation conversation{{&models, clock, lines.log, metrics}, info, line};
};

}  // namespace

TEST_F(ConversationOfACall, HandsTheSettingsOnAndHasTheModelBeginOnceTheCallerIsConnected) {
    converse({{"voice", "cedar"}});
    EXPECT_EQ(model.settings["voice"], "cedar");
    EXPECT_THAT(model.log, ElementsAre("begin"));
    EXPECT_FALSE(answer->done());
}

TEST_F(ConversationOfACall, CarriesTheVoicesBothWaysUntouched) {
    converse();
    caller_does(AudioLeg::Audio{"\x01\x02"});
    EXPECT_THAT(model.log, Contains("hear \x01\x02"));
    model_does(AgentPort::Speech{"a", "\x03\x04"});
    model_does(AgentPort::SpeechDone{"a"});
    EXPECT_THAT(telephone.log, ElementsAre("play a: \x03\x04", "end a"));
    caller_does(AudioLeg::Played{"a"});
    EXPECT_THAT(model.log, Contains("played a"));
}

TEST_F(ConversationOfACall, ConvertsForAModelThatSpeaksAnotherFormat) {
    model.format = core::pcm_24k;
    converse();
    caller_does(AudioLeg::Audio{std::string(160, '\xff')});
    caller_does(AudioLeg::Audio{std::string(160, '\xff')});
    caller_does(AudioLeg::Audio{std::string(160, '\xff')});
    std::size_t heard = 0;
    for (const auto& note : model.log)
        if (note.starts_with("hear ")) heard += note.size() - 5;
    EXPECT_GT(heard, 2 * 960U);  // 20 ms are 960 bytes at 24 kHz; the resampler may hold some back
    EXPECT_LE(heard, 3 * 960U);
}

TEST_F(ConversationOfACall, SilencesTheModelWhenTheCallerInterruptsAndTellsItWhatWasHeard) {
    converse();
    model_does(AgentPort::Speech{"a", "xyz"});
    telephone.heard = {{"a", std::chrono::milliseconds(120), std::chrono::milliseconds(900)}};
    model_does(AgentPort::Interrupted{});
    EXPECT_THAT(telephone.log, ElementsAre("play a: xyz", "clear"));
    EXPECT_THAT(model.log, Contains("heard a for 120 ms"));
}

TEST_F(ConversationOfACall, BringsToolCallsToTheFlowAndItsResultsToTheModel) {
    converse();
    model_does(AgentPort::ToolCall{"c1", "book", R"({"people":4})"});
    ASSERT_TRUE(answer->done());
    EXPECT_EQ((*answer)->value["tool"], Json({{"call_id", "c1"}, {"name", "book"}, {"arguments", R"({"people":4})"}}));
    ask("tool_result", {{"call_id", "c1"}, {"output", "booked"}});
    EXPECT_THAT(model.log, Contains("result c1: booked"));
    EXPECT_FALSE(answer->done());
}

TEST_F(ConversationOfACall, BringsASecondToolCallAfterTheFirstWasAnswered) {
    converse();
    model.does.send(AgentPort::ToolCall{"c1", "a", "{}"});
    model_does(AgentPort::ToolCall{"c2", "b", "{}"});
    EXPECT_EQ((*answer)->value["tool"]["call_id"], "c1");
    ask("tool_result", {{"call_id", "c1"}, {"output", "1"}});
    EXPECT_EQ((*answer)->value["tool"]["call_id"], "c2");
}

TEST_F(ConversationOfACall, EndsWhenTheCallerHangsUpWithAllThatWasSaid) {
    model.transcript = Json::array({{{"who", "caller"}, {"text", "Hi"}, {"at", 0.5}}});
    converse();
    clock.advance(std::chrono::seconds(3));
    caller_does(AudioLeg::Stopped{});
    EXPECT_EQ(finished()["reason"], "caller_hung_up");
    EXPECT_EQ(finished()["transcript"], model.transcript);
    EXPECT_EQ(finished()["usage"], Json({{"input", 12}}));
    EXPECT_EQ(finished()["seconds"], 3.0);
    let_go();
    EXPECT_THAT(model.log, Contains("close"));
}

TEST_F(ConversationOfACall, FailsWithTheModelsReasonAndLeavesTheLineForTheFlow) {
    converse();
    model_does(AgentPort::Failed{"insufficient_quota", "You exceeded your quota"});
    EXPECT_EQ(finished()["reason"], "failed");
    EXPECT_EQ(finished()["what"], "insufficient_quota");
    EXPECT_THAT(telephone.log, ElementsAre()) << "the carrier would ask for the next turn before the end is journaled";
    let_go();
    EXPECT_THAT(telephone.log, ElementsAre("close"));
    EXPECT_THAT(lines.text(), HasSubstr("You exceeded your quota"));
}

TEST_F(ConversationOfACall, FailsWhenTheAudioBreaksThoughTheCallGoesOn) {
    converse();
    telephone.does.close();
    tests::run_ready(context);
    EXPECT_EQ(finished()["reason"], "failed");
    EXPECT_EQ(finished()["what"], "no_audio");
}

TEST_F(ConversationOfACall, FailsAtOnceWhereNoModelIsConfigured) {
    Conversation without({nullptr, clock, lines.log, metrics}, info, line);
    core::Ask asks{"converse", {{"instructions", "x"}}, "flow.lua:1"};
    auto answered = tests::run(context, without.perform(asks));
    EXPECT_EQ(answered.value["finished"]["what"], "not_configured");
    EXPECT_THAT(lines.text(), HasSubstr("info  conversation not held: no model is configured"));
}

TEST_F(ConversationOfACall, FailsWhereTheCallHasNoAudioAndClosesTheModel) {
    line.error = core::Error(core::Errc::unavailable);
    converse();
    EXPECT_EQ(finished()["reason"], "failed");
    let_go();
    EXPECT_THAT(model.log, ElementsAre("close"));
}

TEST_F(ConversationOfACall, EndsOnceTheLastWordWasHeard) {
    converse();
    model.does.send(AgentPort::Speech{"a", "bye"});
    model.does.send(AgentPort::SpeechDone{"a"});
    model_does(AgentPort::ToolCall{"c1", "hangup", "{}"});
    telephone.queued = std::chrono::milliseconds(800);
    ask("end_conversation", {{"reason", "finished"}, {"call_id", "c1"}, {"output", "ok"}, {"value", 7}});
    model_does(AgentPort::Idle{});
    EXPECT_FALSE(answer->done());
    telephone.queued = {};
    caller_does(AudioLeg::Played{"a"});
    EXPECT_EQ(finished()["reason"], "finished");
    EXPECT_EQ(finished()["value"], 7);
    EXPECT_THAT(model.log, Contains("result c1: ok, and be silent"));
}

TEST_F(ConversationOfACall, EndsAtOnceIfAskedTo) {
    converse();
    model_does(AgentPort::ToolCall{"c1", "escalate", "{}"});
    telephone.queued = std::chrono::milliseconds(800);
    ask("end_conversation", {{"reason", "escalate"}, {"at_once", true}});
    EXPECT_EQ(finished()["reason"], "escalate");
}

TEST_F(ConversationOfACall, SaysAWordWhileAToolRuns) {
    converse();
    model_does(AgentPort::ToolCall{"c1", "slow", "{}"});
    ask("interject", {{"text", "One moment."}});
    ASSERT_TRUE(answer->done());
    EXPECT_THAT(model.log, Contains("say One moment."));
}

TEST_F(ConversationOfACall, FillsTheWaitForASlowToolWhereNobodySpeaks) {
    converse();
    model_does(AgentPort::ToolCall{"c1", "slow", "{}"});
    ask("play_while", {{"sound", "tone"}});
    ASSERT_TRUE(answer->done());
    EXPECT_EQ(sounds(), 0);
    ASSERT_TRUE(until([&] { return sounds() == 2; }));
    // What the model says is not spoken over.
    model_does(AgentPort::Speech{"a", "\x03\x04"});
    auto said = telephone.log.size();
    EXPECT_EQ(telephone.log[said - 2], "end waiting_sound_1");
    EXPECT_EQ(telephone.log[said - 1], "play a: \x03\x04");
    context.restart();
    context.run_for(std::chrono::milliseconds(100));
    EXPECT_EQ(telephone.log.size(), said);
    model_does(AgentPort::SpeechDone{"a"});
    ASSERT_TRUE(until([&] { return sounds() == 3; }));
    // Nor is the caller.
    caller_does(AudioLeg::Played{"waiting_sound_1"});
    model_does(AgentPort::CallerSpeaks{});
    telephone.heard = {{"waiting_sound_2", std::chrono::milliseconds(60), std::chrono::milliseconds(100)}};
    model_does(AgentPort::Interrupted{});
    said = telephone.log.size();
    context.restart();
    context.run_for(std::chrono::milliseconds(100));
    EXPECT_EQ(telephone.log.size(), said);
    EXPECT_THAT(model.log, Not(Contains(HasSubstr("waiting_sound"))));
    model_does(AgentPort::CallerPauses{});
    ASSERT_TRUE(until([&] { return sounds() == 4; }));
    ask("tool_result", {{"call_id", "c1"}, {"output", "done"}});
    said = telephone.log.size();
    EXPECT_EQ(telephone.log.back(), "end waiting_sound_3");
    context.restart();
    context.run_for(std::chrono::milliseconds(100));
    EXPECT_EQ(telephone.log.size(), said);
}

TEST_F(ConversationOfACall, GivesTheModelTheKeysThatTheCallerPressed) {
    converse();
    presses("12#");
    EXPECT_THAT(model.log, Contains("press 12"));
}

TEST_F(ConversationOfACall, KeepsCollectedKeysFromTheModelAndSoTheirTones) {
    converse();
    model_does(AgentPort::ToolCall{"c1", "pin", "{}"});
    ask("collect_digits", {{"digits", 4}});
    presses("12");
    caller_does(AudioLeg::Audio{"\x01\x02"});
    presses("34");
    ASSERT_TRUE(answer->done());
    EXPECT_EQ((*answer)->value, Json({{"digits", "1234"}}));
    EXPECT_THAT(model.log, Contains("hear \xff\xff"));
    EXPECT_THAT(model.log, Not(Contains(HasSubstr("press"))));
    caller_does(AudioLeg::Audio{"\x01\x02"});
    EXPECT_THAT(model.log, Contains("hear \x01\x02"));
}

TEST_F(ConversationOfACall, EndsACollectionAtItsKeyAndWhenTheCallerHangsUp) {
    converse();
    model_does(AgentPort::ToolCall{"c1", "pin", "{}"});
    ask("collect_digits");
    presses("12#");
    EXPECT_EQ((*answer)->value, Json({{"digits", "12"}}));
    ask("collect_digits");
    caller_does(AudioLeg::Stopped{});
    EXPECT_EQ((*answer)->reason, "timeout");
    ask("tool_result", {{"call_id", "c1"}, {"output", "none"}});
    EXPECT_EQ(finished()["reason"], "caller_hung_up");
}

TEST_F(ConversationOfACall, RefusesWhatMakesNoSenseBesideAConversation) {
    ask("tool_result", {{"call_id", "c1"}, {"output", ""}});
    EXPECT_THAT((*answer)->error, HasSubstr("no conversation is going on"));
    converse();
    model_does(AgentPort::ToolCall{"c1", "slow", "{}"});
    EXPECT_THAT(conversation.objection_to("gather"), HasSubstr("return from the tool first"));
    EXPECT_THAT(conversation.objection_to("tool_result"), IsEmpty());
}

TEST_F(ConversationOfACall, CanBeFollowedByAnother) {
    converse();
    caller_does(AudioLeg::Stopped{});
    telephone.does.closed = false;
    model.does.closed = false;
    converse();
    EXPECT_FALSE(answer->done());
}
