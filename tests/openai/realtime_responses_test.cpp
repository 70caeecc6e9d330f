#include "openai/realtime_session_fixture.hpp"

#include <gmock/gmock.h>

using namespace switchhook;
using namespace switchhook::openai;
using namespace std::chrono_literals;
using core::Json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Responses = RealtimeSession;

TEST_F(Responses, ComeOneAfterTheOther) {
    start();
    protocol->say("One moment.", now);
    protocol->say("Still looking.", now);
    auto first = take().of("response.create");
    ASSERT_EQ(first.size(), 1U);
    EXPECT_THAT(first[0]["response"]["instructions"].get<std::string>(), HasSubstr("One moment."));
    response_created("r1");
    EXPECT_THAT(take().sent, IsEmpty());
    response_done("r1");
    auto second = take().of("response.create");
    ASSERT_EQ(second.size(), 1U);
    EXPECT_THAT(second[0]["response"]["instructions"].get<std::string>(), HasSubstr("Still looking."));
}

TEST_F(Responses, WaitForOneThatTheServerBegan) {
    start();
    protocol->say("One moment.", now);
    auto event_id = take().of("response.create").at(0)["event_id"];
    // The server was faster.
    response_created("r1");
    error("conversation_already_has_active_response", event_id);
    EXPECT_THAT(take().sent, IsEmpty());
    response_done("r1");
    auto again = take().of("response.create");
    ASSERT_EQ(again.size(), 1U);
    EXPECT_NE(again[0]["event_id"], event_id);
}

TEST_F(Responses, ThatFailAreTriedAgainOnce) {
    start();
    protocol->say("One moment.", now);
    take();
    response_created("r1");
    response_failed("r1", "rate_limit_exceeded");
    auto outcome = take();
    EXPECT_THAT(outcome.sent, IsEmpty());
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("rate_limit_exceeded")));
    EXPECT_FALSE(outcome.has<Agent::Idle>());
    pass(900ms);
    EXPECT_THAT(take().sent, IsEmpty());
    pass(100ms);
    auto again = take().of("response.create");
    ASSERT_EQ(again.size(), 1U);
    EXPECT_THAT(again[0]["response"]["instructions"].get<std::string>(), HasSubstr("One moment."));
    response_created("r2");
    response_failed("r2", "rate_limit_exceeded");
    auto failed = take().all<Agent::Failed>();
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].code, "rate_limit_exceeded");
}

TEST_F(Responses, MayFailNowAndThen) {
    start();
    for (int i = 0; i < 3; ++i) {
        response_created("a");
        response_failed("a", "rate_limit_exceeded");
        pass(1s);
        EXPECT_THAT(take().types(), ElementsAre("response.create"));
        says("b", "i" + std::to_string(i), 100);
        EXPECT_FALSE(take().has<Agent::Failed>());
    }
}

TEST_F(Responses, ThatAFilterCutsAreAskedForAgain) {
    start();
    response_created("r1");
    response_done("r1", "incomplete", {{"type", "incomplete"}, {"reason", "content_filter"}});
    EXPECT_THAT(take().types(), ElementsAre("conversation.item.create", "response.create"));
    response_created("r2");
    response_done("r2", "incomplete", {{"type", "incomplete"}, {"reason", "content_filter"}});
    EXPECT_THAT(take().sent, IsEmpty());
}

TEST_F(Responses, GiveTheModelsToolsToRun) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    auto calls = take().all<Agent::ToolCall>();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].call_id, "call_1");
    EXPECT_EQ(calls[0].name, "free_tables");
    EXPECT_EQ(calls[0].arguments, R"({"day":"Tuesday"})");
}

TEST_F(Responses, RunNoToolTwiceAndNoneThatWasCancelled) {
    start();
    response_created("r1");
    receive({{"type", "response.function_call_arguments.done"}, {"call_id", "call_0"}, {"arguments", "{}"}});
    calls_tool("r1", "call_0", "incomplete");
    EXPECT_FALSE(take().has<Agent::ToolCall>());
    calls_tool("r1", "call_1");
    calls_tool("r1", "call_1");
    EXPECT_EQ(take().all<Agent::ToolCall>().size(), 1U);
}

TEST_F(Responses, GoOnOnceAfterAllToolsOfOne) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    calls_tool("r1", "call_2");
    take();
    protocol->give_result("call_1", "six", true, now);
    auto first = take();
    EXPECT_THAT(first.types(), ElementsAre("conversation.item.create"));
    EXPECT_EQ(first.sent[0]["item"],
              (Json{{"type", "function_call_output"}, {"call_id", "call_1"}, {"output", "six"}}));
    protocol->give_result("call_2", "seven", true, now);
    EXPECT_THAT(take().types(), ElementsAre("conversation.item.create"));
    response_done("r1");
    EXPECT_THAT(take().types(), ElementsAre("response.create"));
    protocol->give_result("call_2", "eight", true, now);
    EXPECT_THAT(take().sent, IsEmpty());
}

TEST_F(Responses, DoNotGoOnWhereTheLastToolWantsSilence) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    response_done("r1");
    EXPECT_FALSE(take().has<Agent::Idle>());
    protocol->give_result("call_1", "booked", false, now);
    auto outcome = take();
    EXPECT_THAT(outcome.types(), ElementsAre("conversation.item.create"));
    EXPECT_TRUE(outcome.has<Agent::Idle>());
}

TEST_F(Responses, LeaveTheReplyToTheSessionWhileTheCallerSpeaks) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    response_done("r1");
    caller_begins();
    protocol->give_result("call_1", "six", true, now);
    EXPECT_THAT(take().of("response.create"), IsEmpty());
    caller_ends();
    response_created("r2");
    response_done("r2");
    EXPECT_THAT(take().of("response.create"), IsEmpty());
}

TEST_F(Responses, AreAskedForOnceMoreWhereAModelSaysNothingAfterATool) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    response_done("r1");
    protocol->give_result("call_1", "six", true, now);
    take();
    response_created("r2");
    response_done("r2");
    EXPECT_FALSE(take().has<Agent::Idle>());
    pass(5s);
    EXPECT_THAT(take().types(), ElementsAre("conversation.item.create", "response.create"));
    response_created("r3");
    response_done("r3");
    pass(20s);
    auto outcome = take();
    EXPECT_THAT(outcome.sent, IsEmpty());
    EXPECT_TRUE(outcome.has<Agent::Idle>());
}

TEST_F(Responses, AreAskedForWhereASessionLeavesATurnUnanswered) {
    start();
    caller_begins();
    caller_ends();
    take();
    pass(5s);
    EXPECT_THAT(take().types(), ElementsAre("response.create"));
}

TEST_F(Responses, EndInIdlenessOnce) {
    start();
    says("r1", "i1", 100);
    EXPECT_EQ(take().all<Agent::Idle>().size(), 1U);
    receive({{"type", "rate_limits.updated"}, {"rate_limits", Json::array()}});
    EXPECT_FALSE(take().has<Agent::Idle>());
    caller_begins();
    caller_ends();
    EXPECT_FALSE(take().has<Agent::Idle>());
    says("r2", "i2", 100);
    EXPECT_EQ(take().all<Agent::Idle>().size(), 1U);
}

TEST_F(Responses, AreCounted) {
    start();
    for (const char* id : {"r1", "r2"}) {
        response_created(id);
        receive({{"type", "response.done"},
                 {"response",
                  {{"id", id},
                   {"status", "completed"},
                   {"usage",
                    {{"input_tokens", 100},
                     {"output_tokens", 40},
                     {"input_token_details",
                      {{"audio_tokens", 60}, {"cached_tokens", 30}, {"cached_tokens_details", {{"audio_tokens", 20}}}}},
                     {"output_token_details", {{"audio_tokens", 35}}}}}}}});
    }
    says("r3", "i3", 100);
    understood("user_1", "Hello?");
    EXPECT_EQ(protocol->usage(), (Json{{"input", 200},
                                       {"output", 80},
                                       {"cached", 60},
                                       {"input_audio", 120},
                                       {"output_audio", 70},
                                       {"cached_audio", 40},
                                       {"responses", 3},
                                       {"transcription", 0},
                                       {"transcription_seconds", 1.5}}));
}
