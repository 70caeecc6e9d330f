#include "sim/realtime_model.hpp"

#include "sim/realtime_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::sim;
using namespace switchhook::sim::testing;
using namespace std::chrono_literals;
using core::Json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

const Json create_response{{"type", "response.create"}};

Json assistant_message(const char* part, Json content) {
    content["type"] = part;
    return {{"type", "conversation.item.create"},
            {"item", {{"type", "message"}, {"role", "assistant"}, {"content", Json::array({content})}}}};
}

Json cut_at(const std::string& item, Json at) {
    return {{"type", "conversation.item.truncate"}, {"item_id", item}, {"content_index", 0}, {"audio_end_ms", at}};
}

const Json with_book{{"tools", Json::array({{{"type", "function"}, {"name", "book"}}})}};

}  // namespace

TEST(RealtimeModel, SpeaksFirstAndShowsItsDefaults) {
    RealtimeModel model({.model = "gpt-realtime-2"}, {});
    auto events = model.take_events({});
    ASSERT_EQ(events.size(), 1u);
    auto created = Json::parse(events[0]);
    EXPECT_EQ(created["type"], "session.created");
    EXPECT_EQ(created["session"]["model"], "gpt-realtime-2");
    EXPECT_EQ(created["session"]["audio"]["input"]["format"], (Json{{"type", "audio/pcm"}, {"rate", 24000}}));
    EXPECT_EQ(created["session"]["expires_at"], 3600);
    EXPECT_EQ(created["event_id"], "event_1");
}

TEST(RealtimeModel, TurnsAwayWhoAsksForTheBeta) {
    RealtimeModel model({.beta = true}, {});
    auto events = model.take_events({});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(Json::parse(events[0])["error"]["code"], "beta_api_shape_disabled");
    EXPECT_EQ(model.closing(), 4000);
}

TEST(RealtimeModel, EchoesTheSettingsAndKeepsWhatAnUpdateDoesNotName) {
    RealtimeSession session;
    auto updated = session.configure({{"instructions", "Be kind."}}).at(0);
    EXPECT_EQ(updated["type"], "session.updated");
    EXPECT_EQ(updated["session"]["audio"]["output"]["format"], (Json{{"type", "audio/pcmu"}}));
    EXPECT_EQ(updated["session"]["audio"]["output"]["voice"], "alloy");

    Json change{{"type", "realtime"}, {"audio", {{"input", {{"turn_detection", nullptr}}}}}};
    auto again = session.send({{"type", "session.update"}, {"session", change}}).at(0)["session"];
    EXPECT_EQ(again["instructions"], "Be kind.");
    EXPECT_EQ(again["audio"]["input"]["format"], (Json{{"type", "audio/pcmu"}}));
    EXPECT_TRUE(again["audio"]["input"]["turn_detection"].is_null());
}

TEST(RealtimeModel, AnswersARefusedEventWithItsIdAndGoesOn) {
    RealtimeSession session;
    auto error = error_in(session.send(
        {{"type", "session.update"}, {"event_id", "mine"}, {"session", {{"type", "realtime"}, {"temperature", 1}}}}));
    EXPECT_EQ(error["event_id"], "mine");
    EXPECT_EQ(error["code"], "unknown_parameter");
    EXPECT_EQ(error["param"], "session.temperature");
    EXPECT_EQ(error["type"], "invalid_request_error");
    EXPECT_EQ(error_in(session.send_text("no json"))["code"], "invalid_json");
    EXPECT_THAT(types(session.configure()), ElementsAre("session.updated"));
}

TEST(RealtimeModel, ChangesNeitherModelNorTheVoiceThatHasSpoken) {
    RealtimeSession session;
    EXPECT_EQ(error_in(session.configure({{"model", "another"}}))["param"], "session.model");
    EXPECT_EQ(error_in(session.configure({{"audio", {{"output", {{"voice", "marin"}}}}}})), nullptr);
    session.send(create_response);
    session.say("Hello.");
    session.wait(5s);
    EXPECT_EQ(error_in(session.configure({{"audio", {{"output", {{"voice", "cedar"}}}}}}))["code"],
              "cannot_update_voice");
    EXPECT_EQ(error_in(session.configure({{"audio", {{"output", {{"voice", "marin"}}}}}})), nullptr);
}

TEST(RealtimeModel, MakesATurnOfWhatTheCallerSays) {
    RealtimeSession session;
    session.configure({{"audio",
                        {{"input",
                          {{"turn_detection",
                            {{"type", "server_vad"}, {"prefix_padding_ms", 300}, {"silence_duration_ms", 500}}}}}}}});
    session.model().understand("A table for four.");
    session.hear(silence(1s));
    auto events = session.hear(speech("A table for four.") + silence(1s));
    EXPECT_THAT(types(events),
                ElementsAre("input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
                            "input_audio_buffer.committed", "conversation.item.added", "conversation.item.done",
                            "response.created", "conversation.item.input_audio_transcription.delta",
                            "conversation.item.input_audio_transcription.completed"));
    auto started = first(events, "input_audio_buffer.speech_started");
    EXPECT_EQ(started["audio_start_ms"], 700);  // 300 before the first sound
    auto length = core::telephone_mulaw.time_of(speech("A table for four.").size());
    auto stopped = first(events, "input_audio_buffer.speech_stopped");
    EXPECT_NEAR(stopped["audio_end_ms"].get<double>(), 1500.0 + static_cast<double>(length.count()), 20);
    EXPECT_EQ(first(events, "conversation.item.added")["item"]["id"], started["item_id"]);
    EXPECT_EQ(events.back()["transcript"], "A table for four.");
    EXPECT_THAT(session.model().seen().turns, ElementsAre("A table for four."));
    EXPECT_TRUE(session.model().wants_words());
}

TEST(RealtimeModel, TellsHowLongItHeardSomebodyOfWhomNoWordsAreKnown) {
    RealtimeSession session;
    session.configure();
    session.hear(speech("Hello there") + silence(1s));
    ASSERT_EQ(session.model().seen().turns.size(), 1u);
    EXPECT_THAT(session.model().seen().turns[0], HasSubstr("seconds of speech"));
}

TEST(RealtimeModel, LeavesTheAnswerToTheClientWhereItIsToldTo) {
    RealtimeSession session;
    session.configure(
        {{"audio", {{"input", {{"turn_detection", {{"type", "server_vad"}, {"create_response", false}}}}}}}});
    EXPECT_THAT(types(session.hear(speech("Hello there") + silence(1s))), Not(Contains("response.created")));
    EXPECT_THAT(types(session.send(create_response)), ElementsAre("response.created"));
}

TEST(RealtimeModel, HearsNothingByItselfWithoutTurnDetection) {
    RealtimeSession session;
    session.configure();
    Json off{{"type", "realtime"}, {"audio", {{"input", {{"turn_detection", nullptr}}}}}};
    session.send({{"type", "session.update"}, {"session", off}});
    EXPECT_THAT(session.hear(speech("Hello there") + silence(1s)), IsEmpty());
    EXPECT_THAT(types(session.send({{"type", "input_audio_buffer.commit"}})),
                ElementsAre("input_audio_buffer.committed", "conversation.item.added", "conversation.item.done",
                            "conversation.item.input_audio_transcription.delta",
                            "conversation.item.input_audio_transcription.completed"));
}

TEST(RealtimeModel, CommitsNoLessThanATenthOfASecond) {
    RealtimeSession session;
    session.configure();
    session.hear(silence(80ms));
    auto error = error_in(session.send({{"type", "input_audio_buffer.commit"}}));
    EXPECT_EQ(error["code"], "input_audio_buffer_commit_empty");
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("80.00ms"));
    session.hear(silence(200ms));
    EXPECT_THAT(types(session.send({{"type", "input_audio_buffer.clear"}})), ElementsAre("input_audio_buffer.cleared"));
    EXPECT_EQ(error_in(session.send({{"type", "input_audio_buffer.commit"}}))["code"],
              "input_audio_buffer_commit_empty");
}

TEST(RealtimeModel, RefusesAudioThatIsNotBase64) {
    RealtimeSession session;
    EXPECT_EQ(error_in(session.send({{"type", "input_audio_buffer.append"}, {"audio", "?"}}))["param"], "audio");
    EXPECT_THAT(
        error_in(session.send({{"type", "input_audio_buffer.append"}, {"audio", ""}}))["message"].get<std::string>(),
        HasSubstr("an empty string"));
}

TEST(RealtimeModel, SpeaksInTheOrderOfTheRealOne) {
    RealtimeSession session;
    session.configure();
    EXPECT_THAT(types(session.send(create_response)), ElementsAre("response.created"));
    auto events = session.say("Good evening.");
    for (auto& event : session.wait(5s)) events.push_back(event);
    std::vector<std::string> frame;
    std::string sound, words;
    for (const auto& event : events) {
        if (event["type"] == "response.output_audio.delta")
            sound += *audio::decode_base64(event["delta"].get<std::string>());
        if (event["type"] == "response.output_audio_transcript.delta") words += event["delta"];
        if (!event["type"].get<std::string>().ends_with(".delta")) frame.push_back(event["type"]);
    }
    EXPECT_THAT(
        frame,
        ElementsAre("response.output_item.added", "conversation.item.added", "response.content_part.added",
                    "response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done",
                    "conversation.item.done", "response.output_item.done", "response.done", "rate_limits.updated"));
    EXPECT_EQ(words, "Good evening.");
    EXPECT_EQ(sound, speech("Good evening."));
    auto done = first(events, "response.done")["response"];
    EXPECT_EQ(done["status"], "completed");
    EXPECT_EQ(done["output"][0]["content"][0], (Json{{"type", "output_audio"}, {"transcript", "Good evening."}}));
}

TEST(RealtimeModel, MakesSpeechFasterThanItIsSpoken) {
    RealtimeSession session({.chunk = 200ms, .speed = 4});
    session.configure();
    session.send(create_response);
    const std::string words = "One two three four five six seven eight nine ten.";
    auto length = core::telephone_mulaw.time_of(speech(words).size());
    session.say(words);
    auto made = [&](const std::vector<Json>& events) {
        milliseconds time{};
        for (const auto& event : events)
            if (event["type"] == "response.output_audio.delta")
                time += core::telephone_mulaw.time_of(audio::decode_base64(event["delta"].get<std::string>())->size());
        return time;
    };
    EXPECT_EQ(made(session.wait(500ms)), 2000ms);
    EXPECT_EQ(made(session.wait(length / 4)), length - 2000ms);
    EXPECT_THAT(types(session.latest()), Contains("response.done"));
}

TEST(RealtimeModel, WritesWhereTextIsAskedFor) {
    RealtimeSession session;
    session.configure();
    session.send({{"type", "response.create"}, {"response", {{"output_modalities", {"text"}}}}});
    auto events = session.say("Good evening.");
    EXPECT_THAT(types(events), Contains("response.output_text.done"));
    EXPECT_EQ(first(events, "response.output_text.done")["text"], "Good evening.");
    EXPECT_EQ(first(events, "response.done")["response"]["output"][0]["content"][0]["type"], "output_text");
}

TEST(RealtimeModel, CountsTokensOfEveryResponse) {
    RealtimeSession session;
    session.configure({{"instructions", "Be kind."}});
    session.hear(speech("Hello there") + silence(1s));
    session.say("Good evening.");
    auto usage = first(session.wait(5s), "response.done")["response"]["usage"];
    auto spoken = core::telephone_mulaw.time_of(speech("Good evening.").size());
    EXPECT_EQ(usage["output_token_details"]["audio_tokens"], spoken.count() / 50);
    EXPECT_EQ(usage["input_token_details"]["text_tokens"], 2);
    EXPECT_GT(usage["input_token_details"]["audio_tokens"], 5);
    EXPECT_EQ(usage["total_tokens"].get<int>(), usage["input_tokens"].get<int>() + usage["output_tokens"].get<int>());
}

TEST(RealtimeModel, HasOneResponseAtATime) {
    RealtimeSession session;
    session.configure();
    session.send(create_response);
    auto error = error_in(session.send(create_response));
    EXPECT_EQ(error["code"], "conversation_already_has_active_response");
    Json aside{{"type", "response.create"}, {"response", {{"conversation", "none"}}}};
    EXPECT_THAT(types(session.send(aside)), ElementsAre("response.created"));
    session.say("Hello.");
    session.wait(5s);
    EXPECT_EQ(error_in(session.send(create_response)), nullptr);
}

TEST(RealtimeModel, KeepsWhatIsOutOfBandOutOfTheConversation) {
    RealtimeSession session;
    session.configure();
    auto created = session.send(
        {{"type", "response.create"}, {"response", {{"conversation", "none"}, {"metadata", {{"why", "aside"}}}}}});
    EXPECT_EQ(created[0]["response"]["metadata"]["why"], "aside");
    auto events = session.say("Hello.");
    for (auto& event : session.wait(5s)) events.push_back(event);
    EXPECT_THAT(types(events), Not(Contains("conversation.item.added")));
    EXPECT_THAT(types(events), Contains("response.done"));
    EXPECT_THAT(session.model().conversation().items(), IsEmpty());
}

TEST(RealtimeModel, StopsWhereTheCallerTalksOverIt) {
    RealtimeSession session({.chunk = 100ms, .speed = 1});
    session.configure();
    session.send(create_response);
    session.say("We are open from nine to five on every day but Sunday.");
    session.wait(1000ms);
    auto events = session.hear(speech("Stop"));
    EXPECT_THAT(types(events), ElementsAre("input_audio_buffer.speech_started", "response.output_audio.done",
                                           "response.output_audio_transcript.done", "response.content_part.done",
                                           "conversation.item.done", "response.output_item.done", "response.done",
                                           "rate_limits.updated"));
    auto done = first(events, "response.done")["response"];
    EXPECT_EQ(done["status"], "cancelled");
    EXPECT_EQ(done["status_details"], (Json{{"type", "cancelled"}, {"reason", "turn_detected"}}));
    EXPECT_EQ(done["output"][0]["status"], "incomplete");
    EXPECT_THAT(session.wait(5s), IsEmpty());
}

TEST(RealtimeModel, TalksOnWhereItMayNotBeInterrupted) {
    RealtimeSession session({.speed = 1});
    session.configure(
        {{"audio", {{"input", {{"turn_detection", {{"type", "server_vad"}, {"interrupt_response", false}}}}}}}});
    session.send(create_response);
    session.say("We are open from nine to five.");
    EXPECT_THAT(types(session.hear(speech("Stop"))), ElementsAre("input_audio_buffer.speech_started"));
    EXPECT_THAT(types(session.wait(1s)), Contains("response.output_audio.delta"));
}

TEST(RealtimeModel, CancelsAResponseOnceOnly) {
    RealtimeSession session({.speed = 1});
    session.configure();
    session.send(create_response);
    session.say("We are open from nine to five.");
    auto events = session.send({{"type", "response.cancel"}});
    EXPECT_EQ(first(events, "response.done")["response"]["status_details"]["reason"], "client_cancelled");
    EXPECT_EQ(error_in(session.send({{"type", "response.cancel"}}))["code"], "response_cancel_not_active");
}

TEST(RealtimeModel, ForgetsWhatWasNotHeard) {
    RealtimeSession session({.speed = 0});
    session.configure();
    session.send(create_response);
    auto item = first(session.say("We are open from nine to five."), "response.output_item.done")["item"]["id"];
    auto made = core::telephone_mulaw.time_of(speech("We are open from nine to five.").size());

    auto error = error_in(session.send(cut_at(item, 60'000)));
    EXPECT_EQ(error["message"],
              "Audio content of " + std::to_string(made.count()) + "ms is already shorter than 60000ms");
    auto truncated = session.send(cut_at(item, 740)).at(0);
    EXPECT_EQ(truncated["type"], "conversation.item.truncated");
    EXPECT_EQ(truncated["audio_end_ms"], 740);
    auto kept = session.send({{"type", "conversation.item.retrieve"}, {"item_id", item}}).at(0)["item"];
    EXPECT_FALSE(kept["content"][0].contains("transcript"));
    ASSERT_EQ(session.model().seen().cuts.size(), 1u);
    EXPECT_EQ(session.model().seen().cuts[0].heard, 740ms);
    EXPECT_EQ(session.model().seen().cuts[0].made, made);
    EXPECT_EQ(error_in(session.send(cut_at(item, 741)))["code"], "invalid_value");
}

TEST(RealtimeModel, TruncatesNothingButSpeechOfItsOwn) {
    RealtimeSession session;
    session.configure();
    session.hear(speech("Hello there") + silence(1s));
    auto callers = session.model().conversation().items().front().json["id"];
    EXPECT_EQ(error_in(session.send(cut_at(callers, 0)))["code"], "unsupported_content_type");
    EXPECT_EQ(error_in(session.send(cut_at("item_x", 0)))["code"], "item_truncate_invalid_item_id");
}

TEST(RealtimeModel, UsesAToolAndGoesOnWithItsResult) {
    RealtimeSession session;
    session.configure(with_book);
    session.send(create_response);
    EXPECT_THAT(session.model().tools(), ElementsAre("book"));
    auto events = session.use("book", {{"people", 4}});
    EXPECT_THAT(types(events), ElementsAre("response.output_item.added", "conversation.item.added",
                                           "response.function_call_arguments.delta",
                                           "response.function_call_arguments.done", "conversation.item.done",
                                           "response.output_item.done", "response.done", "rate_limits.updated"));
    auto item = first(events, "response.output_item.done")["item"];
    EXPECT_EQ(item["status"], "completed");
    EXPECT_EQ(item["arguments"], R"({"people":4})");

    auto answer = [&](const Json& call_id) {
        return session.send({{"type", "conversation.item.create"},
                             {"item", {{"type", "function_call_output"}, {"call_id", call_id}, {"output", "booked"}}}});
    };
    EXPECT_THAT(types(answer(item["call_id"])), ElementsAre("conversation.item.added", "conversation.item.done"));
    ASSERT_EQ(session.model().seen().results.size(), 1u);
    EXPECT_EQ(session.model().seen().results[0].name, "book");
    EXPECT_EQ(session.model().seen().results[0].output, "booked");
    EXPECT_EQ(error_in(answer("call_of_nobody"))["code"], "invalid_tool_call_id");
}

TEST(RealtimeModel, TakesItsHistoryBackAsTextOnly) {
    RealtimeSession session;
    session.configure();
    auto error = error_in(session.send(assistant_message("output_audio", {{"audio", "AAAA"}, {"transcript", "x"}})));
    EXPECT_EQ(error["code"], "missing_required_parameter");
    EXPECT_EQ(error["param"], "item.content[0].text");
    EXPECT_EQ(error_in(session.send(assistant_message("input_text", {{"text", "x"}})))["param"],
              "item.content[0].type");
    EXPECT_EQ(error_in(session.send(assistant_message("output_text", {{"text", "Good evening."}}))), nullptr);
    Json call{{"type", "function_call"}, {"call_id", "call_1"}, {"name", "book"}, {"arguments", "{}"}};
    Json result{{"type", "function_call_output"}, {"call_id", "call_1"}, {"output", "booked"}};
    EXPECT_EQ(error_in(session.send({{"type", "conversation.item.create"}, {"item", call}})), nullptr);
    EXPECT_EQ(error_in(session.send({{"type", "conversation.item.create"}, {"item", result}})), nullptr);
}

TEST(RealtimeModel, PutsItemsWhereTheClientWantsThem) {
    RealtimeSession session;
    session.configure();
    auto create = [&](const std::string& id, const std::string& previous) {
        Json event{{"type", "conversation.item.create"},
                   {"item",
                    {{"id", id},
                     {"type", "message"},
                     {"role", "user"},
                     {"content", Json::array({{{"type", "input_text"}, {"text", id}}})}}}};
        if (!previous.empty()) event["previous_item_id"] = previous;
        return session.send(event);
    };
    EXPECT_TRUE(create("b", "")[0]["previous_item_id"].is_null());
    EXPECT_TRUE(create("a", "root")[0]["previous_item_id"].is_null());
    EXPECT_EQ(create("d", "")[0]["previous_item_id"], "b");
    EXPECT_EQ(create("c", "b")[0]["previous_item_id"], "b");
    EXPECT_EQ(error_in(create("e", "x"))["param"], "previous_item_id");
    EXPECT_EQ(error_in(create("a", ""))["param"], "item.id");
    EXPECT_THAT(types(session.send({{"type", "conversation.item.delete"}, {"item_id", "c"}})),
                ElementsAre("conversation.item.deleted"));
    EXPECT_EQ(error_in(session.send({{"type", "conversation.item.delete"}, {"item_id", "c"}}))["code"],
              "item_delete_invalid_item_id");
    EXPECT_THAT(session.model().seen().turns, ElementsAre("b", "a", "d", "c"));
}

TEST(RealtimeModel, TakesTheWordFromACallerWhoSaysNothing) {
    RealtimeSession session({.speed = 0});
    session.configure(
        {{"audio", {{"input", {{"turn_detection", {{"type", "server_vad"}, {"idle_timeout_ms", 6000}}}}}}}});
    session.send(create_response);
    session.say("Hello?");
    auto spoken = core::telephone_mulaw.time_of(speech("Hello?").size());
    EXPECT_THAT(session.wait(spoken + 5999ms), IsEmpty());
    EXPECT_THAT(types(session.wait(1ms)),
                ElementsAre("input_audio_buffer.timeout_triggered", "input_audio_buffer.committed",
                            "conversation.item.added", "conversation.item.done", "response.created"));
    EXPECT_TRUE(session.model().wants_words());
}

TEST(RealtimeModel, FallsSilentWhereItHasNothingToSay) {
    RealtimeSession session;
    session.configure();
    session.send(create_response);
    session.model().respond({}, session.now());
    auto done = first(session.take(), "response.done")["response"];
    EXPECT_EQ(done["status"], "completed");
    EXPECT_EQ(done["output"], Json::array());
}

TEST(RealtimeModel, FailsAResponseWithTheReason) {
    RealtimeSession session;
    session.configure();
    session.send(create_response);
    session.model().fail("rate_limit_exceeded", "Too much.", session.now());
    auto done = first(session.take(), "response.done")["response"];
    EXPECT_EQ(done["status"], "failed");
    EXPECT_EQ(done["status_details"]["error"]["code"], "rate_limit_exceeded");
    EXPECT_EQ(error_in(session.send(create_response)), nullptr);
}

TEST(RealtimeModel, SendsNothingWhileItIsStalled) {
    RealtimeSession session;
    session.configure();
    session.model().stall(2s, session.now());
    EXPECT_THAT(session.send(create_response), IsEmpty());
    EXPECT_EQ(session.model().next_due(), session.now() + 2s);
    EXPECT_THAT(session.wait(1999ms), IsEmpty());
    EXPECT_THAT(types(session.wait(1ms)), ElementsAre("response.created"));
}

TEST(RealtimeModel, SpeaksAnotherFormatOpenlyOrInSecret) {
    for (auto speaks : {RealtimeModel::Speaks::pcm_and_says_so, RealtimeModel::Speaks::pcm_in_secret}) {
        RealtimeSession session({.speaks = speaks, .speed = 0});
        auto echoed = session.configure().at(0)["session"]["audio"]["output"]["format"]["type"];
        EXPECT_EQ(echoed, speaks == RealtimeModel::Speaks::pcm_in_secret ? "audio/pcmu" : "audio/pcm");
        session.send(create_response);
        std::string sound;
        for (const auto& event : session.say("Hello."))
            if (event["type"] == "response.output_audio.delta")
                sound += *audio::decode_base64(event["delta"].get<std::string>());
        EXPECT_EQ(sound.size(), speech("Hello.").size() * 6);
    }
}

TEST(RealtimeModel, EndsASessionAfterAnHour) {
    RealtimeSession session;
    session.configure();
    EXPECT_THAT(session.wait(60min - 1ms), IsEmpty());
    auto error = error_in(session.wait(1ms));
    EXPECT_EQ(error["code"], "session_expired");
    EXPECT_EQ(session.model().closing(), 1001);
    EXPECT_EQ(session.model().next_due(), std::nullopt);
}
