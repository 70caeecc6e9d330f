#include "sim/media_stream.hpp"

#include "audio/base64.hpp"
#include "core/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::sim;
using namespace std::chrono_literals;
using core::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

MediaStream new_stream() {
    return MediaStream({"AC1", "CA1", "MZ1", {{"token", "secret"}}});
}

std::string media(const std::string& mulaw) {
    return Json{{"event", "media"}, {"streamSid", "MZ1"}, {"media", {{"payload", audio::encode_base64(mulaw)}}}}.dump();
}

std::string mark(const std::string& name) {
    return Json{{"event", "mark"}, {"streamSid", "MZ1"}, {"mark", {{"name", name}}}}.dump();
}

// Those messages that are of this event.
std::vector<Json> of(const std::string& event, const std::vector<std::string>& messages) {
    std::vector<Json> found;
    for (const auto& text : messages)
        if (auto json = Json::parse(text); json.at("event") == event) found.push_back(json);
    return found;
}

std::string voice_in(const std::vector<std::string>& messages) {
    std::string voice;
    for (const auto& message : of("media", messages))
        voice += audio::decode_base64(message.at("media").at("payload").get<std::string>()).value();
    return voice;
}

// The code of what is wrong with a message; 0 where nothing is.
int code_of(const std::string& message) {
    auto stream = new_stream();
    EXPECT_THAT(stream.receive(0ms, message), IsEmpty());
    auto problems = stream.take_problems();
    return problems.empty() ? 0 : problems.front().code;
}

}  // namespace

TEST(MediaStream, BeginsWithConnectedAndStart) {
    auto stream = new_stream();
    auto messages = stream.open();
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0], R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
    EXPECT_EQ(messages[1],
              R"({"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1",)"
              R"("tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},)"
              R"("customParameters":{"token":"secret"}},"streamSid":"MZ1"})");
}

TEST(MediaStream, SendsAFrameOfTheCallersVoiceEveryTwentyMilliseconds) {
    auto stream = new_stream();
    stream.open();
    EXPECT_THAT(stream.advance(19ms), IsEmpty());
    auto frame = audio::encode_base64(std::string(160, '\xff'));
    EXPECT_THAT(stream.advance(20ms),
                ElementsAre(R"({"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1",)"
                            R"("timestamp":"20","payload":")" +
                            frame + R"("},"streamSid":"MZ1"})"));
    stream.speak(std::string(200, 'v'));
    EXPECT_EQ(stream.left_to_say(), 25ms);
    auto messages = stream.advance(60ms);
    EXPECT_EQ(voice_in(messages), std::string(200, 'v') + std::string(120, '\xff'));
    EXPECT_EQ(of("media", messages).back().at("media").at("chunk"), "3");
    EXPECT_EQ(stream.left_to_say(), 0ms);
}

TEST(MediaStream, PlaysWhatTheServerSendsAndReturnsItsMarks) {
    auto stream = new_stream();
    stream.open();
    EXPECT_THAT(of("mark", stream.receive(0ms, mark("at once"))), testing::SizeIs(1));
    stream.receive(5ms, media(std::string(1600, 'a')));
    stream.receive(6ms, mark("end"));
    EXPECT_THAT(of("mark", stream.advance(219ms)), IsEmpty());
    auto returned = of("mark", stream.advance(220ms));
    ASSERT_EQ(returned.size(), 1u);
    EXPECT_EQ(returned[0].at("mark").at("name"), "end");
    EXPECT_EQ(returned[0].at("streamSid"), "MZ1");
    EXPECT_EQ(stream.playout().heard(), 200ms);
}

TEST(MediaStream, ReturnsTheMarksOfWhatIsCleared) {
    auto stream = new_stream();
    stream.receive(0ms, media(std::string(16'000, 'a')));
    stream.receive(0ms, mark("one"));
    auto messages = stream.receive(500ms, R"({"event":"clear","streamSid":"MZ1"})");
    EXPECT_THAT(of("mark", messages), testing::SizeIs(1));
    EXPECT_EQ(stream.playout().heard(), 480ms);
    EXPECT_THAT(stream.take_problems(), IsEmpty());
}

TEST(MediaStream, SendsKeysOneByOne) {
    auto stream = new_stream();
    stream.open();
    stream.press("1#");
    auto keys = of("dtmf", stream.advance(2000ms));
    ASSERT_EQ(keys.size(), 2u);
    EXPECT_EQ(keys[0].at("dtmf"), (Json{{"track", "inbound_track"}, {"digit", "1"}}));
    EXPECT_EQ(keys[1].at("dtmf").at("digit"), "#");
    EXPECT_FALSE(stream.pressing());
}

TEST(MediaStream, NumbersItsMessages) {
    auto stream = new_stream();
    stream.open();
    stream.press("1");
    int expected = 2;
    for (const auto& message : stream.advance(400ms))
        EXPECT_EQ(Json::parse(message).at("sequenceNumber"), std::to_string(expected++));
    EXPECT_EQ(expected, 2 + 20 + 1);
}

TEST(MediaStream, EndsWithStopAndSaysNothingMore) {
    auto stream = new_stream();
    stream.open();
    auto messages = stream.stop();
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0],
              R"({"event":"stop","sequenceNumber":"2","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"})");
    EXPECT_THAT(stream.advance(1000ms), IsEmpty());
    EXPECT_THAT(stream.stop(), IsEmpty());
}

TEST(MediaStream, RefusesWhatTwilioRefuses) {
    EXPECT_EQ(code_of(media("abc")), 0);
    EXPECT_EQ(code_of("no json"), 31950);
    EXPECT_EQ(code_of("[]"), 31951);
    EXPECT_EQ(code_of(R"({"event":"speak","streamSid":"MZ1"})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"clear"})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"clear","streamSid":"MZ2"})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"clear","streamSid":"MZ1","why":"barge-in"})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"mark","streamSid":"MZ1"})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"mark","streamSid":"MZ1","mark":{"name":1}})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"media","streamSid":"MZ1","media":{"payload":"/w==","track":"outbound"}})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"media","streamSid":"MZ1","media":{"payload":"not base64!"}})"), 31951);
    EXPECT_EQ(code_of(R"({"event":"media","streamSid":"MZ1","media":{"payload":"/w=="},"sequenceNumber":"1"})"), 31951);
}

TEST(MediaStream, SaysWhatIsWrongAndChangesNothing) {
    auto stream = new_stream();
    stream.receive(0ms, R"({"event":"media","streamSid":"MZ1","media":{"payload":"/w==","track":"outbound"}})");
    auto problems = stream.take_problems();
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_THAT(problems[0].what, HasSubstr("in `media`, `track` does not belong there"));
    EXPECT_FALSE(stream.playout().playing());
    EXPECT_THAT(stream.take_problems(), IsEmpty());
}

TEST(MediaStream, TellsOnceThatTenMinutesAreBuffered) {
    auto stream = new_stream();
    auto minute = media(std::string(480'000, 'a'));
    for (int i = 0; i < 12; ++i) stream.receive(0ms, minute);
    auto problems = stream.take_problems();
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].code, 31931);
    EXPECT_EQ(stream.playout().queued(), 10min);
}

TEST(MediaStream, LosesFramesThatItHasCounted) {
    auto stream = new_stream();
    stream.open();
    stream.lose_frames(2);
    auto messages = of("media", stream.advance(60ms));
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].at("media").at("chunk"), "3");
    EXPECT_EQ(messages[0].at("media").at("timestamp"), "60");
    EXPECT_EQ(messages[0].at("sequenceNumber"), "2");
}

TEST(MediaStream, StopsSendingForAWhile) {
    auto stream = new_stream();
    stream.open();
    stream.advance(20ms);
    stream.speak(std::string(1600, 'v'));
    stream.stop_sending(100ms);
    auto messages = of("media", stream.advance(160ms));
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0].at("media").at("timestamp"), "140");
    EXPECT_EQ(messages[0].at("media").at("chunk"), "2");
}

TEST(MediaStream, RecordsBothSidesInStep) {
    auto stream = new_stream();
    stream.speak(std::string(160, 'v'));
    stream.receive(0ms, media(std::string(160, 'a')));
    stream.advance(40ms);
    EXPECT_EQ(stream.voice(), std::string(160, 'v') + std::string(160, '\xff'));
    EXPECT_THAT(stream.playout().recording(), testing::StartsWith(std::string(160, '\xff')));
    EXPECT_THAT(stream.playout().recording(), HasSubstr(std::string(160, 'a')));
}
