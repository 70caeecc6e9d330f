#include "openai/realtime_session_fixture.hpp"

#include <gmock/gmock.h>

using namespace switchhook;
using namespace switchhook::openai;
using namespace std::chrono_literals;
using core::Json;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class Speech : public RealtimeSession {
protected:
    // Who said what.
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const auto& line : protocol->transcript(now))
            out.push_back(line.contains("who")
                              ? line["who"].get<std::string>() + ": " + line["text"].get<std::string>()
                              : line["tool"].get<std::string>() + " -> " + line.value("result", "nothing"));
        return out;
    }
};

Json truncation(const std::string& item, int ms) {
    return {{"type", "conversation.item.truncate"}, {"item_id", item}, {"content_index", 0}, {"audio_end_ms", ms}};
}

}  // namespace

TEST_F(Speech, ComesOutAsItCameIn) {
    start();
    response_created("r1");
    speaks("r1", "i1", 20);
    speaks("r1", "i1", 30);
    speech_done("r1", "i1");
    response_done("r1");
    auto outcome = take();
    auto speech = outcome.all<Agent::Speech>();
    ASSERT_EQ(speech.size(), 2U);
    EXPECT_EQ(speech[0].item, "i1");
    EXPECT_EQ(speech[0].audio, std::string(160, '\xff'));
    EXPECT_EQ(speech[1].audio.size(), 240U);
    ASSERT_EQ(outcome.all<Agent::SpeechDone>().size(), 1U);
    EXPECT_EQ(outcome.all<Agent::SpeechDone>()[0].item, "i1");
}

TEST_F(Speech, EndsWithItsResponseAtTheLatest) {
    start();
    response_created("r1");
    speaks("r1", "i1", 20);
    response_done("r1");
    EXPECT_EQ(take().all<Agent::SpeechDone>().size(), 1U);
}

TEST_F(Speech, IsNotInterruptedWhereNothingPlays) {
    start();
    caller_begins();
    auto outcome = take();
    EXPECT_FALSE(outcome.has<Agent::Interrupted>());
    EXPECT_TRUE(outcome.has<Agent::CallerSpeaks>());
    EXPECT_THAT(outcome.sent, IsEmpty());

    says("r1", "i1", 1000);
    protocol->was_played("i1", now);
    take();
    caller_begins();
    EXPECT_FALSE(take().has<Agent::Interrupted>());
}

TEST_F(Speech, IsTruncatedToWhatWasHeard) {
    start();
    response_created("r1");
    speaks("r1", "i1", 2000);
    take();
    caller_begins();
    EXPECT_TRUE(take().has<Agent::Interrupted>());
    protocol->was_heard({{"i1", 735ms, 900ms}}, now);
    // The session has stopped the response by itself.
    EXPECT_THAT(take().sent, ElementsAre(truncation("i1", 735)));
}

// Generation runs ahead: all has come, and the caller has heard a second of it.
TEST_F(Speech, IsInterruptedAfterItsResponseToo) {
    start();
    says("r1", "i1", 3000);
    says("r2", "i2", 3000);
    take();
    caller_begins();
    EXPECT_TRUE(take().has<Agent::Interrupted>());
    protocol->was_heard({{"i1", 1000ms, 3000ms}, {"i2", 0ms, 0ms}}, now);
    EXPECT_THAT(take().sent, ElementsAre(truncation("i1", 1000), truncation("i2", 0)));
}

TEST_F(Speech, IsNeverTruncatedPastItsEndOrInVain) {
    start();
    response_created("r1");
    speaks("r1", "i1", 500);
    take();
    caller_begins();
    protocol->was_heard({{"i1", 700ms, 700ms}, {"unknown", 100ms, 100ms}}, now);
    EXPECT_THAT(take().sent, ElementsAre(truncation("i1", 500)));

    says("r2", "i2", 500);
    take();
    caller_begins();
    protocol->was_heard({{"i2", 500ms, 500ms}}, now);
    EXPECT_THAT(take().sent, IsEmpty());
}

TEST_F(Speech, OfAnInterruptedResponseIsDropped) {
    start();
    response_created("r1");
    speaks("r1", "i1", 500);
    caller_begins();
    protocol->was_heard({{"i1", 100ms, 500ms}}, now);
    take();
    speaks("r1", "i1", 500, "late words");
    speech_done("r1", "i1");
    response_done("r1", "cancelled", {{"type", "cancelled"}, {"reason", "turn_detected"}});
    auto outcome = take();
    EXPECT_FALSE(outcome.has<Agent::Speech>());
    EXPECT_FALSE(outcome.has<Agent::SpeechDone>());
    caller_ends();
    response_created("r2");
    speaks("r2", "i2", 20);
    EXPECT_TRUE(take().has<Agent::Speech>());
}

TEST_F(Speech, ThatHasNotBegunDoesNotBeginWhileTheCallerSpeaks) {
    start();
    protocol->say("One moment.", now);
    caller_begins();
    take();
    response_created("r1");
    EXPECT_THAT(take().sent, ElementsAre(Json{{"type", "response.cancel"}, {"response_id", "r1"}}));
    speaks("r1", "i1", 20);
    EXPECT_FALSE(take().has<Agent::Speech>());
}

TEST_F(Speech, IsNotInterruptedWhereTheSettingsForbidIt) {
    start({{"turn_detection", {{"type", "server_vad"}, {"interrupt_response", false}}}});
    response_created("r1");
    speaks("r1", "i1", 500);
    take();
    caller_begins();
    auto outcome = take();
    EXPECT_FALSE(outcome.has<Agent::Interrupted>());
    EXPECT_THAT(outcome.sent, IsEmpty());
    speaks("r1", "i1", 500);
    EXPECT_TRUE(take().has<Agent::Speech>());
}

TEST_F(Speech, StopsForAnOwnerThatClearsIt) {
    start();
    response_created("r1");
    speaks("r1", "i1", 500);
    take();
    protocol->was_heard({{"i1", 100ms, 500ms}}, now);
    EXPECT_THAT(take().sent,
                ElementsAre(Json{{"type", "response.cancel"}, {"response_id", "r1"}}, truncation("i1", 100)));
}

TEST_F(Speech, GivesWayToKeys) {
    start();
    response_created("r1");
    speaks("r1", "i1", 500);
    take();
    protocol->press("1234", now);
    auto outcome = take();
    EXPECT_TRUE(outcome.has<Agent::Interrupted>());
    ASSERT_THAT(outcome.types(), ElementsAre("response.cancel", "conversation.item.create"));
    EXPECT_EQ(outcome.sent[1]["item"]["role"], "user");
    EXPECT_EQ(outcome.sent[1]["item"]["content"][0], (Json{{"type", "input_text"}, {"text", "[keypad] 1234"}}));
    protocol->was_heard({{"i1", 100ms, 500ms}}, now);
    EXPECT_THAT(take().sent, ElementsAre(truncation("i1", 100)));
    response_done("r1", "cancelled", {{"type", "cancelled"}, {"reason", "client_cancelled"}});
    EXPECT_THAT(take().types(), ElementsAre("response.create"));
}

TEST_F(Speech, AnswersKeysAtOnceWhereNothingPlays) {
    start();
    protocol->press("1", now);
    auto outcome = take();
    EXPECT_FALSE(outcome.has<Agent::Interrupted>());
    EXPECT_THAT(outcome.types(), ElementsAre("conversation.item.create", "response.create"));
}

TEST_F(Speech, OfAnUninterruptibleGreetingGoesOn) {
    make({{"greeting", {{"text", "This call is recorded."}, {"interruptible", false}}}});
    auto settings = open().of("session.update").at(0)["session"];
    EXPECT_EQ(settings["audio"]["input"]["turn_detection"]["create_response"], false);
    EXPECT_EQ(settings["audio"]["input"]["turn_detection"]["interrupt_response"], false);
    protocol->begin(now);
    says("r1", "i1", 2000);
    take();
    caller_begins();
    caller_ends();
    protocol->press("1", now);
    auto outcome = take();
    EXPECT_FALSE(outcome.has<Agent::Interrupted>());
    EXPECT_THAT(outcome.of("session.update"), IsEmpty());
}

TEST_F(Speech, OfAnUninterruptibleGreetingIsFollowedByTheReplyThatIsOwed) {
    make({{"greeting", {{"text", "This call is recorded."}, {"interruptible", false}}}});
    open();
    protocol->begin(now);
    says("r1", "i1", 2000);
    caller_begins();
    caller_ends();
    take();
    protocol->was_played("i1", now);
    auto outcome = take();
    ASSERT_THAT(outcome.types(), ElementsAre("session.update", "response.create"));
    const Json& update = outcome.sent[0]["session"];
    EXPECT_EQ(update["audio"]["input"]["turn_detection"]["create_response"], true);
    EXPECT_EQ(update["audio"]["input"]["turn_detection"]["interrupt_response"], true);
    EXPECT_FALSE(update["audio"]["input"].contains("format"));
    response_created("r2");
    speaks("r2", "i2", 100);
    caller_begins("user_2");
    EXPECT_TRUE(take().has<Agent::Interrupted>());
}

TEST_F(Speech, OfAnUninterruptibleGreetingHoldsNobodyUpForever) {
    make({{"greeting", {{"text", "This call is recorded."}, {"interruptible", false}}}});
    open();
    protocol->begin(now);
    says("r1", "i1", 2000);
    take();
    pass(6900ms);
    EXPECT_THAT(take().of("session.update"), IsEmpty());
    pass(200ms);
    EXPECT_EQ(take().of("session.update").size(), 1U);
}

TEST_F(Speech, IsWrittenDownInTheOrderOfTheConversation) {
    start();
    auto added = [&](const char* id, const Json& previous, Json item) {
        item["id"] = id;
        receive({{"type", "conversation.item.added"}, {"previous_item_id", previous}, {"item", item}});
    };
    const Json user{{"type", "message"}, {"role", "user"}};
    const Json assistant{{"type", "message"}, {"role", "assistant"}};
    now += 2s;
    caller_begins("user_1");
    now += 1s;
    caller_ends("user_1");
    // The reply is there before anybody knows what it replies to.
    response_created("r1");
    added("i1", "user_1", assistant);
    speaks("r1", "i1", 1000, "Gladly. For how many?");
    speech_done("r1", "i1");
    response_done("r1");
    added("user_1", nullptr, user);
    understood("user_1", "A table, please.");
    protocol->was_played("i1", now);
    // Turns of which the news comes crosswise.
    added("i2", "user_2", assistant);
    added("user_2", "i1", user);
    understood("user_2", "Four.");
    EXPECT_THAT(lines(), ElementsAre("caller: A table, please.", "assistant: Gladly. For how many?", "caller: Four."));
    EXPECT_EQ(protocol->transcript(now)[0]["at"], 2.0);
    EXPECT_EQ(protocol->transcript(now)[1]["at"], 3.0);
}

TEST_F(Speech, IsWrittenDownAsFarAsItWasHeard) {
    start();
    response_created("r1");
    speaks("r1", "i1", 2000, "We have a table at six and one at seven.");
    speech_done("r1", "i1");
    response_done("r1");
    EXPECT_THAT(lines(), IsEmpty());
    now += 1s;  // it plays
    EXPECT_THAT(lines(), ElementsAre("assistant: We have a table at"));
    caller_begins();
    protocol->was_heard({{"i1", 500ms, 2000ms}}, now);
    EXPECT_THAT(lines(), ElementsAre("assistant: We have a"));
}

TEST_F(Speech, StandsInTheRecordBesideTools) {
    start();
    response_created("r1");
    calls_tool("r1", "call_1");
    response_done("r1");
    protocol->press("4", now);
    protocol->give_result("call_1", "six", true, now);
    EXPECT_THAT(lines(), ElementsAre("free_tables -> six", "caller: [keypad] 4"));
    EXPECT_EQ(protocol->transcript(now)[0]["arguments"], R"({"day":"Tuesday"})");
}

TEST_F(Speech, TellsWhenTheCallersTurnBeginsAndEnds) {
    start();
    caller_begins();
    EXPECT_TRUE(take().has<Agent::CallerSpeaks>());
    caller_ends();
    EXPECT_TRUE(take().has<Agent::CallerPauses>());
}

TEST_F(Speech, ThatIsNoBase64IsLeftOut) {
    start();
    response_created("r1");
    receive({{"type", "response.output_audio.delta"}, {"response_id", "r1"}, {"item_id", "i1"}, {"delta", "?"}});
    auto outcome = take();
    EXPECT_FALSE(outcome.has<Agent::Speech>());
    EXPECT_EQ(outcome.notes.size(), 1U);
}
