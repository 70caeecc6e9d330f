#include "session/transcript.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;
using core::Answer;
using core::Json;

namespace {

// One ask and its answer, as "who: what" a line.
std::string lines_of(core::Ask ask, Answer answer) {
    Transcript transcript;
    transcript.note(ask, answer);
    std::string all;
    for (const auto& line : transcript.lines())
        all += line["who"].get<std::string>() + ": " + line["what"].get<std::string>() + "\n";
    return all;
}

Answer of(Json value) {
    return Answer::of(std::move(value), {});
}

}  // namespace

TEST(Transcript, NotesWhatTheFlowSaysAndPlays) {
    EXPECT_EQ(lines_of({"say", {{"text", "Hello"}}, ""}, of(nullptr)), "flow: Hello\n");
    EXPECT_EQ(lines_of({"say", {{"ssml", "<p>Hello</p>"}}, ""}, of(nullptr)), "flow: <p>Hello</p>\n");
    EXPECT_EQ(lines_of({"play", {{"url", "https://e.example/a.mp3"}}, ""}, of(nullptr)),
              "flow: [plays https://e.example/a.mp3]\n");
    EXPECT_EQ(lines_of({"reply", {{"body", "Thanks"}}, ""}, of(nullptr)), "flow: Thanks\n");
    EXPECT_EQ(lines_of({"kv", {{"op", "get"}, {"key", "a"}}, ""}, of(1)), "");
}

TEST(Transcript, NotesWhatTheCallerSaysPressesOrKeepsToThemselves) {
    Json options = {{"prompts", Json::array({{{"say", {{"text", "Key?"}}}}})}};
    EXPECT_EQ(lines_of({"gather", options, ""}, of({{"digits", "12"}})), "flow: Key?\ncaller: [presses 12]\n");
    EXPECT_EQ(lines_of({"gather", options, ""}, of({{"speech", "A table"}})), "flow: Key?\ncaller: A table\n");
    EXPECT_EQ(lines_of({"gather", options, ""}, Answer::nothing("timeout", {})), "flow: Key?\ncaller: [timeout]\n");
    EXPECT_EQ(lines_of({"gather", options, ""}, Answer::nothing("hung_up", {})), "flow: Key?\ncaller: [hangs up]\n");
}

TEST(Transcript, NotesWhatBecameOfDialsAndRecordings) {
    EXPECT_EQ(lines_of({"dial", Json::object(), ""}, of({{"status", "completed"}})), "carrier: [dial: completed]\n");
    EXPECT_EQ(lines_of({"dial", Json::object(), ""}, Answer::nothing("busy", {})), "carrier: [dial: busy]\n");
    EXPECT_EQ(lines_of({"record", Json::object(), ""}, of({{"url", "u"}})), "carrier: [record]\n");
    EXPECT_EQ(lines_of({"record", Json::object(), ""}, Answer::nothing("hung_up", {})),
              "carrier: [record]\ncaller: [hangs up]\n");
    EXPECT_EQ(lines_of({"hangup", Json::object(), ""}, of(nullptr)), "flow: [hangup]\n");
}

TEST(Transcript, StopsAfterTwoHundredLines) {
    Transcript transcript;
    for (int i = 0; i < 300; ++i) transcript.note({"say", {{"text", "Hello"}}, ""}, of(nullptr));
    EXPECT_EQ(transcript.lines().size(), 200U);
}
