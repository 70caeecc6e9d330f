#include "audio/g711.hpp"
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
using testing::Not;

namespace {

class Session : public RealtimeSession {
protected:
    // Loses the session, and has another one opened up to its settings.
    Outcome reopen(std::uint16_t code = 1006) {
        protocol->closed(code, now);
        auto lost = take();
        EXPECT_TRUE(lost.reconnect);
        pass(lost.reconnect.value_or(0ms));
        return open();
    }
};

std::string frame(char c) {
    return std::string(160, c);
}

Json appended(char c) {
    return {{"type", "input_audio_buffer.append"}, {"audio", audio::encode_base64(frame(c))}};
}

}  // namespace

TEST_F(Session, IsConfiguredOnceTheServerHasSpoken) {
    make();
    protocol->opened(now);
    EXPECT_THAT(take().sent, IsEmpty());
    receive({{"type", "session.created"}, {"session", Json::object()}});
    auto sent = take().sent;
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0]["type"], "session.update");
    EXPECT_EQ(sent[0]["session"]["instructions"], "You book tables.");
}

// Every bridge that sends at once loses the first words: the model takes 150 ms to accept its settings.
TEST_F(Session, LosesNoFrameWhileTheModelTakesItsTime) {
    make();
    protocol->hear(frame('a'));
    protocol->opened(now);
    protocol->hear(frame('b'));
    receive({{"type", "session.created"}});
    auto settings = take().of("session.update").at(0)["session"];
    protocol->begin(now);
    for (char c = 'c'; c < 'j'; ++c) protocol->hear(frame(c));
    EXPECT_THAT(take().sent, IsEmpty());
    now += 150ms;
    grant(settings);
    protocol->hear(frame('j'));
    auto heard = take().of("input_audio_buffer.append");
    ASSERT_EQ(heard.size(), 10U);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(heard[i], appended(static_cast<char>('a' + i)));
    EXPECT_EQ(protocol->dropped_bytes(), 0U);
}

TEST_F(Session, KeepsTheLatestTenSecondsAtMost) {
    make();
    protocol->hear(frame('x'));
    for (int i = 0; i < 500; ++i) protocol->hear(frame('y'));
    EXPECT_EQ(protocol->dropped_bytes(), 160U);
    protocol->opened(now);
    receive({{"type", "session.created"}});
    grant(take().sent.at(0)["session"]);
    auto heard = take().of("input_audio_buffer.append");
    ASSERT_EQ(heard.size(), 500U);
    EXPECT_EQ(heard[0], appended('y'));
}

TEST_F(Session, GreetsWordForWordFirst) {
    make({{"greeting", {{"text", "Lakeside \"Dental\", good morning."}}}});
    open();
    EXPECT_THAT(take().of("response.create"), IsEmpty());
    protocol->begin(now);
    auto create = take().of("response.create");
    ASSERT_EQ(create.size(), 1U);
    EXPECT_THAT(create[0]["response"]["instructions"].get<std::string>(),
                HasSubstr("Lakeside \"Dental\", good morning."));
    EXPECT_EQ(create[0]["response"]["tool_choice"], "none");
}

TEST_F(Session, WaitsForTheCallerWithoutAGreeting) {
    make();
    open();
    protocol->begin(now);
    auto outcome = take();
    EXPECT_THAT(outcome.of("response.create"), IsEmpty());
    EXPECT_TRUE(outcome.has<Agent::Idle>());
}

TEST_F(Session, TakesUpTheFormatThatItsEchoNames) {
    make();
    protocol->opened(now);
    receive({{"type", "session.created"}});
    auto settings = take().sent.at(0)["session"];
    for (const char* way : {"input", "output"})
        settings["audio"][way]["format"] = {{"type", "audio/pcm"}, {"rate", 24000}};
    protocol->hear(std::string(160, '\xff'));
    grant(settings);
    auto outcome = take();
    EXPECT_EQ(protocol->format(), core::pcm_24k);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr("audio.output.format")));
    // What was kept before is turned into what the session hears: 20 ms of it.
    auto heard = outcome.of("input_audio_buffer.append");
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(audio::decode_base64(heard[0]["audio"].get<std::string>()).value().size(), 960U);
}

TEST_F(Session, TellsVoiceFromNoiseWhateverItsEchoSays) {
    start();
    std::string voice;
    for (int i = 0; i < 2400; ++i) {
        auto sample = static_cast<std::int16_t>(8000 * std::sin(i * 0.06) + 2000 * std::sin(i * 0.31));
        voice += static_cast<char>(sample & 0xff);
        voice += static_cast<char>(sample >> 8 & 0xff);
    }
    response_created("r1");
    receive({{"type", "response.output_audio.delta"},
             {"response_id", "r1"},
             {"item_id", "i1"},
             {"delta", audio::encode_base64(voice)}});
    auto outcome = take();
    EXPECT_EQ(protocol->format(), core::pcm_24k);
    ASSERT_TRUE(outcome.has<Agent::Speech>());
    // The session still hears what it was told that it would.
    protocol->hear(std::string(960, '\0'));
    auto heard = take().of("input_audio_buffer.append");
    EXPECT_EQ(audio::decode_base64(heard.at(0)["audio"].get<std::string>()).value().size(), 160U);
}

TEST_F(Session, LeavesAFormatAloneThatIsWhatItSays) {
    start();
    std::string voice;
    for (int i = 0; i < 4000; ++i)
        voice += static_cast<char>(audio::encode_mulaw(
            static_cast<std::int16_t>(6000 * std::sin(i * 0.18) + 3000 * std::sin(i * 0.9) + (i * 7919 % 601) - 300)));
    response_created("r1");
    receive({{"type", "response.output_audio.delta"},
             {"response_id", "r1"},
             {"item_id", "i1"},
             {"delta", audio::encode_base64(voice)}});
    EXPECT_EQ(protocol->format(), core::telephone_mulaw);
}

TEST_F(Session, ThatIsRefusedItsSettingsEndsTheConversation) {
    make();
    protocol->opened(now);
    receive({{"type", "session.created"}});
    take();
    error("unknown_parameter", "settings");
    auto failed = take().all<Agent::Failed>();
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].code, "unknown_parameter");
}

TEST_F(Session, ThatNeverConfirmsIsReplaced) {
    make();
    protocol->opened(now);
    receive({{"type", "session.created"}});
    take();
    pass(2900ms);
    EXPECT_FALSE(take().reconnect);
    pass(200ms);
    EXPECT_EQ(take().reconnect, 500ms);
}

TEST_F(Session, ThatIsNotThereAfterFiveSecondsWillNotBe) {
    make();
    pass(4900ms);
    EXPECT_FALSE(take().closed);
    pass(200ms);
    auto outcome = take();
    EXPECT_TRUE(outcome.closed);
    EXPECT_EQ(outcome.all<Agent::Failed>().at(0).code, "timed_out");
    // Nor where a server opens one time and again, and confirms none.
    make();
    protocol->opened(now);
    pass(3500ms);
    EXPECT_TRUE(take().reconnect);
    protocol->opened(now);
    pass(1600ms);
    EXPECT_EQ(take().all<Agent::Failed>().at(0).code, "timed_out");
}

TEST_F(Session, IsNotReopenedAfterAFinalStatus) {
    for (std::uint16_t code : {1000, 1002, 1003, 1007, 1010, 1015, 4000, 4001}) {
        start();
        protocol->closed(code, now);
        auto outcome = take();
        EXPECT_FALSE(outcome.reconnect) << code;
        ASSERT_TRUE(outcome.has<Agent::Failed>()) << code;
        EXPECT_EQ(outcome.all<Agent::Failed>()[0].code, "closed");
        EXPECT_TRUE(outcome.closed);
    }
}

TEST_F(Session, IsReopenedAfterAPassingOne) {
    for (std::uint16_t code : {1001, 1005, 1006, 1011, 1012, 1013}) {
        start();
        protocol->closed(code, now);
        auto outcome = take();
        EXPECT_EQ(outcome.reconnect, 500ms) << code;
        EXPECT_FALSE(outcome.has<Agent::Failed>()) << code;
    }
}

TEST_F(Session, IsTriedForAFewSecondsThenGivenUp) {
    start();
    protocol->closed(1006, now);
    std::vector<long> pauses;
    auto lost_at = now;
    for (;;) {
        auto outcome = take();
        if (!outcome.reconnect) {
            EXPECT_TRUE(outcome.has<Agent::Failed>());
            break;
        }
        pauses.push_back(outcome.reconnect->count());
        now += *outcome.reconnect;
        protocol->refused(503, "", {}, now);
    }
    EXPECT_THAT(pauses, ElementsAre(500, 1000, 2000));
    EXPECT_LE(now - lost_at, 5s);
}

TEST_F(Session, ThatDropsAgainAndAgainIsGivenUp) {
    start();
    int sessions = 0;
    for (; sessions < 20; ++sessions) {
        protocol->closed(1006, now);
        auto outcome = take();
        if (!outcome.reconnect) break;
        pass(*outcome.reconnect);
        auto settings = open();
        grant(Json::object());
    }
    EXPECT_EQ(sessions, 5);
}

TEST_F(Session, RefusedForGoodFailsAtOnce) {
    for (auto [status, code] : {std::pair{401, "invalid_api_key"}, {403, "refused"}, {404, "model_not_found"}}) {
        make();
        protocol->refused(status, "", {}, now);
        auto failed = take().all<Agent::Failed>();
        ASSERT_EQ(failed.size(), 1U) << status;
        EXPECT_EQ(failed[0].code, code);
    }
    make();
    protocol->refused(429, R"({"error":{"code":"insufficient_quota"}})", {}, now);
    EXPECT_EQ(take().all<Agent::Failed>().at(0).code, "insufficient_quota");
    for (int status : {408, 429, 500, 502, 503, 504}) {
        make();
        protocol->refused(status, "", {}, now);
        EXPECT_TRUE(take().reconnect) << status;
    }
    make();
    protocol->refused(0, "", core::Errc::certificate, now);
    EXPECT_EQ(take().all<Agent::Failed>().at(0).code, "certificate");
}

TEST_F(Session, TellsTheNextOneWhatWasSaid) {
    start();
    caller_begins("user_1");
    caller_ends("user_1");
    says("r1", "i1", 1000, "Which day suits you best?");
    protocol->was_played("i1", now);
    understood("user_1", "A table please.");
    caller_begins("user_2");
    caller_ends("user_2", "i1");
    understood("user_2", "Tuesday.");
    response_created("r2");
    calls_tool("r2", "call_1");
    response_done("r2");
    protocol->give_result("call_1", "six and seven", true, now);
    says("r3", "i2", 1000, "Six or seven o'clock?");
    caller_begins("user_3");
    protocol->was_heard({{"i2", 400ms, 1000ms}}, now);
    take();

    auto settings = reopen();
    // Nobody is answered before all is told.
    auto detection = settings.of("session.update").at(0)["session"]["audio"]["input"]["turn_detection"];
    EXPECT_EQ(detection["create_response"], false);
    EXPECT_EQ(detection["interrupt_response"], false);
    auto outcome = take();
    std::vector<std::string> told;
    for (const auto& message : outcome.of("conversation.item.create")) {
        const auto& item = message["item"];
        if (item["type"] == "message")
            told.push_back(item["role"].get<std::string>() + " " + item["content"][0]["type"].get<std::string>() + " " +
                           item["content"][0]["text"].get<std::string>());
        else
            told.push_back(item["type"].get<std::string>() + " " + item["call_id"].get<std::string>());
    }
    EXPECT_THAT(told, ElementsAre("user input_text A table please.", "assistant output_text Which day suits you best?",
                                  "user input_text Tuesday.", "function_call call_1", "function_call_output call_1",
                                  "assistant output_text Six or"));
    // Then it may answer again.
    auto enable = outcome.of("session.update");
    ASSERT_EQ(enable.size(), 1U);
    EXPECT_EQ(enable[0]["session"]["audio"]["input"]["turn_detection"]["create_response"], true);
    EXPECT_FALSE(enable[0]["session"]["audio"].contains("output"));
}

TEST_F(Session, HearsWhatTheCallerSaidMeanwhileAndRepliesOnce) {
    start();
    protocol->closed(1006, now);
    pass(*take().reconnect);
    protocol->hear(frame('a'));
    protocol->opened(now);
    receive({{"type", "session.created"}});
    take();
    protocol->hear(frame('b'));
    grant(Json::object());
    EXPECT_THAT(take().types(),
                ElementsAre("input_audio_buffer.append", "input_audio_buffer.append", "session.update"));
    // Two turns were kept, and the session answers none of them on its own.
    caller_begins("user_1");
    receive({{"type", "input_audio_buffer.speech_stopped"}});
    receive({{"type", "input_audio_buffer.committed"}, {"item_id", "user_1"}});
    caller_begins("user_2");
    receive({{"type", "input_audio_buffer.speech_stopped"}});
    receive({{"type", "input_audio_buffer.committed"}, {"item_id", "user_2"}});
    EXPECT_THAT(take().sent, IsEmpty());
    grant(Json::object());
    pass(6s);
    EXPECT_THAT(take().types(), ElementsAre("response.create"));
}

TEST_F(Session, GoesOnWithTheReplyThatADropCutOff) {
    start();
    response_created("r1");
    speaks("r1", "i1", 500, "Six or");
    take();
    protocol->closed(1006, now);
    auto lost = take();
    EXPECT_EQ(lost.all<Agent::SpeechDone>().size(), 1U);
    pass(*lost.reconnect);
    open();
    take();
    grant(Json::object());
    EXPECT_THAT(take().types(), ElementsAre("response.create"));
}

TEST_F(Session, TakesTheResultOfAToolThatThePreviousOneCalled) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    response_done("r1");
    take();
    reopen();
    EXPECT_EQ(take().of("conversation.item.create").at(0)["item"]["type"], "function_call");
    grant(Json::object());
    EXPECT_THAT(take().sent, IsEmpty());
    protocol->give_result("call_1", "six", true, now);
    auto outcome = take();
    EXPECT_THAT(outcome.types(), ElementsAre("conversation.item.create", "response.create"));
    EXPECT_EQ(outcome.sent[0]["item"]["output"], "six");
}

TEST_F(Session, TakesAResultThatCameWhileThereWasNone) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    response_done("r1");
    protocol->closed(1006, now);
    auto pause = *take().reconnect;
    protocol->give_result("call_1", "six", true, now);
    EXPECT_THAT(take().sent, IsEmpty());
    pass(pause);
    open();
    auto told = take().of("conversation.item.create");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[1]["item"]["output"], "six");
    grant(Json::object());
    EXPECT_THAT(take().types(), ElementsAre("response.create"));
}

TEST_F(Session, ForgetsWhatIsCutShortAfterAReconnection) {
    start();
    says("r1", "i1", 1000, "Which day suits you best?");
    take();
    reopen();
    grant(Json::object());
    take();
    caller_begins();
    EXPECT_TRUE(take().has<Agent::Interrupted>());
    protocol->was_heard({{"i1", 500ms, 1000ms}}, now);
    auto outcome = take();
    EXPECT_THAT(outcome.types(), ElementsAre("conversation.item.delete", "conversation.item.create"));
    EXPECT_EQ(outcome.sent[1]["item"]["content"][0]["text"], "Which day");
}

TEST_F(Session, IsReplacedBeforeItsHourIsOver) {
    start();
    pass(49min);
    EXPECT_FALSE(take().reconnect);
    pass(1min);
    EXPECT_EQ(take().reconnect, 0ms);
    open();
    grant(Json::object());
    take();
    pass(49min);
    EXPECT_FALSE(take().reconnect);
}

TEST_F(Session, IsNotReplacedInTheMiddleOfAWordUnlessItMust) {
    start();
    pass(49min);
    caller_begins();
    pass(5min);
    EXPECT_FALSE(take().reconnect);
    pass(1min);
    EXPECT_EQ(take().reconnect, 0ms);
}

TEST_F(Session, ThatExpiresIsReplaced) {
    start();
    error("session_expired");
    auto outcome = take();
    EXPECT_EQ(outcome.reconnect, 0ms);
    EXPECT_FALSE(outcome.has<Agent::Failed>());
}

TEST_F(Session, ThatStallsInTheMiddleOfAResponseIsReplaced) {
    start();
    response_created("r1");
    speaks("r1", "i1", 100);
    pass(19s);
    EXPECT_FALSE(take().reconnect);
    pass(2s);
    EXPECT_TRUE(take().reconnect);
}

TEST_F(Session, EndsOnlyForFatalErrors) {
    for (const char* code : {"invalid_api_key", "insufficient_quota", "model_not_found", "beta_api_shape_disabled"}) {
        start();
        error(code);
        auto failed = take().all<Agent::Failed>();
        ASSERT_EQ(failed.size(), 1U) << code;
        EXPECT_EQ(failed[0].code, code);
    }
    for (const char* code :
         {"conversation_already_has_active_response", "response_cancel_not_active", "input_audio_buffer_commit_empty",
          "unsupported_content_type", "invalid_value", "unknown_parameter", "a_new_one"}) {
        start();
        error(code);
        auto outcome = take();
        EXPECT_FALSE(outcome.has<Agent::Failed>()) << code;
        EXPECT_FALSE(outcome.reconnect) << code;
    }
}

TEST_F(Session, ShowsNoKeys) {
    start();
    receive({{"type", "error"},
             {"error", {{"code", "invalid_api_key"}, {"message", "Incorrect API key: sk-proj-secret. Find it."}}}});
    auto what = take().all<Agent::Failed>().at(0).what;
    EXPECT_THAT(what, Not(HasSubstr("secret")));
    EXPECT_THAT(what, HasSubstr("Find it."));
}

TEST_F(Session, IgnoresWhatItDoesNotKnow) {
    start();
    receive({{"type", "response.mcp_call.completed"}, {"item_id", "x"}});
    receive({{"type", "mcp_list_tools.failed"}});
    receive({{"type", "rate_limits.updated"}, {"rate_limits", Json::array()}});
    receive({{"type", "something.new"}, {"type_of", {1, 2, {{"deep", nullptr}}}}});
    receive({{"type", "response.created"}, {"response", "not an object"}});
    protocol->received("[1,2]", now);
    protocol->received("no JSON", now);
    EXPECT_FALSE(take().has<Agent::Failed>());
}
