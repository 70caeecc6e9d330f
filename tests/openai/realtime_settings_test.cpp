#include "openai/realtime_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::openai;
using core::Json;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

Json session_of(const Json& settings) {
    return read_settings(settings, core::telephone_mulaw).session;
}

}  // namespace

TEST(RealtimeSettings, HaveTheDefaultsOfTheContract) {
    auto settings = read_settings({{"instructions", "Be kind."}}, core::telephone_mulaw);
    EXPECT_EQ(settings.model, "gpt-realtime-2.1");
    EXPECT_EQ(settings.format, core::telephone_mulaw);
    EXPECT_EQ(settings.session, Json::parse(R"({
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": "Be kind.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "noise_reduction": null,
                "transcription": {"model": "gpt-transcribe"},
                "turn_detection": {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300,
                                   "silence_duration_ms": 500, "create_response": true, "interrupt_response": true}
            },
            "output": {"format": {"type": "audio/pcmu"}, "voice": "marin", "speed": 1.0}
        },
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf"
    })"));
}

TEST(RealtimeSettings, NameTheRateOfPcmAndNoneOfG711) {
    auto pcm = session_of({{"audio", "pcm_24k"}});
    EXPECT_EQ(pcm["audio"]["output"]["format"], (Json{{"type", "audio/pcm"}, {"rate", 24000}}));
    EXPECT_EQ(pcm["audio"]["input"]["format"], pcm["audio"]["output"]["format"]);
    EXPECT_EQ(session_of({{"audio", "alaw"}})["audio"]["input"]["format"], (Json{{"type", "audio/pcma"}}));
    EXPECT_EQ(read_settings(Json::object(), core::telephone_alaw).format, core::telephone_alaw);
}

TEST(RealtimeSettings, TakeEveryFieldOfServerTurnDetection) {
    Json detection{{"type", "server_vad"},         {"threshold", 0.7},          {"prefix_padding_ms", 200.0},
                   {"silence_duration_ms", 700.0}, {"idle_timeout_ms", 6000.0}, {"interrupt_response", false}};
    auto settings = read_settings({{"turn_detection", detection}}, core::telephone_mulaw);
    auto taken = settings.session["audio"]["input"]["turn_detection"];
    EXPECT_EQ(taken.dump(),
              R"({"create_response":true,"idle_timeout_ms":6000,"interrupt_response":false,"prefix_padding_ms":200,)"
              R"("silence_duration_ms":700,"threshold":0.7,"type":"server_vad"})");
    EXPECT_FALSE(settings.interruptible);
    auto passive = turn_detection_of(settings, false);
    EXPECT_EQ(passive["create_response"], false);
    EXPECT_EQ(passive["silence_duration_ms"], 700);
}

TEST(RealtimeSettings, GiveSemanticTurnDetectionNoneOfTheOthersFields) {
    auto session = session_of({{"turn_detection", {{"type", "semantic_vad"}, {"eagerness", "high"}}}});
    EXPECT_EQ(
        session["audio"]["input"]["turn_detection"],
        (Json{
            {"type", "semantic_vad"}, {"eagerness", "high"}, {"create_response", true}, {"interrupt_response", true}}));
}

TEST(RealtimeSettings, WriteTheCallersWordsDownUnlessToldNotTo) {
    EXPECT_EQ(session_of({{"transcription", false}})["audio"]["input"]["transcription"], nullptr);
    EXPECT_EQ(session_of({{"transcription",
                           {{"language", "de"}, {"keywords", {"Concya"}}}}})["audio"]["input"]["transcription"],
              (Json{{"model", "gpt-transcribe"}, {"languages", {"de"}}, {"keywords", {"Concya"}}}));
    EXPECT_EQ(session_of(
                  {{"transcription", {{"model", "whisper-1"}, {"language", "de"}}}})["audio"]["input"]["transcription"],
              (Json{{"model", "whisper-1"}, {"language", "de"}}));
}

TEST(RealtimeSettings, PassToolsOn) {
    Json schema{{"type", "object"}, {"properties", {{"day", {{"type", "string"}}}}}, {"required", {"day"}}};
    auto session = session_of({{"tools",
                                {{{"name", "book"}, {"description", "Books."}, {"parameters", schema}},
                                 {{"name", "hangup"}, {"parameters", Json::array()}}}},
                               {"tool_choice", "book"}});
    EXPECT_EQ(session["tools"][0],
              (Json{{"type", "function"}, {"name", "book"}, {"description", "Books."}, {"parameters", schema}}));
    EXPECT_EQ(session["tools"][1]["parameters"], (Json{{"type", "object"}, {"properties", Json::object()}}));
    EXPECT_EQ(session["tool_choice"], (Json{{"type", "function"}, {"name", "book"}}));
    EXPECT_EQ(session_of({{"tool_choice", "required"}})["tool_choice"], "required");
}

TEST(RealtimeSettings, PassTheRestOn) {
    auto session = session_of({{"voice", "cedar"},
                               {"speed", 1.2},
                               {"noise_reduction", "far_field"},
                               {"max_output_tokens", 900.0},
                               {"reasoning_effort", "low"},
                               {"truncation", 0.8}});
    EXPECT_EQ(session["audio"]["output"]["voice"], "cedar");
    EXPECT_EQ(session["audio"]["output"]["speed"], 1.2);
    EXPECT_EQ(session["audio"]["input"]["noise_reduction"], (Json{{"type", "far_field"}}));
    EXPECT_EQ(session["max_output_tokens"].dump(), "900");
    EXPECT_EQ(session["reasoning"], (Json{{"effort", "low"}}));
    EXPECT_EQ(session["truncation"], (Json{{"type", "retention_ratio"}, {"retention_ratio", 0.8}}));
    EXPECT_EQ(session_of({{"truncation", "disabled"}})["truncation"], "disabled");
    EXPECT_FALSE(session_of({{"max_output_tokens", "inf"}}).contains("reasoning"));
}

TEST(RealtimeSettings, AreComparedWithTheEcho) {
    auto asked = session_of(Json::object());
    auto echoed = asked;
    echoed["id"] = "sess_1";
    echoed["audio"]["input"]["format"]["rate"] = 8000;
    echoed["audio"]["output"].erase("speed");
    EXPECT_THAT(differences(asked, echoed), IsEmpty());
    echoed["audio"]["output"]["format"] = {{"type", "audio/pcm"}, {"rate", 24000}};
    echoed["audio"]["output"]["voice"] = "alloy";
    EXPECT_THAT(differences(asked, echoed), ElementsAre("audio.output.format.type", "audio.output.voice"));
}

TEST(RealtimeSettings, KnowTheFormatsOfTheApi) {
    EXPECT_EQ(format_of({{"type", "audio/pcmu"}}), core::telephone_mulaw);
    EXPECT_EQ(format_of({{"type", "audio/pcma"}}), core::telephone_alaw);
    EXPECT_EQ(format_of({{"type", "audio/pcm"}, {"rate", 24000}}), core::pcm_24k);
    EXPECT_EQ(format_of({{"type", "audio/opus"}}), std::nullopt);
    EXPECT_EQ(format_of(nullptr), std::nullopt);
}
