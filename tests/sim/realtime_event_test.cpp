#include "sim/realtime_event.hpp"

#include <gtest/gtest.h>

using switchhook::core::Json;
using switchhook::sim::check_realtime_event;

namespace {

// "code param" of what is refused, or "".
std::string refusal(const Json& event) {
    auto problem = check_realtime_event(event);
    return problem ? problem->code + " " + problem->param : "";
}

Json update(Json session) {
    session["type"] = "realtime";
    return {{"type", "session.update"}, {"session", session}};
}

Json item(Json json) {
    return {{"type", "conversation.item.create"}, {"item", json}};
}

}  // namespace

TEST(RealtimeEvent, LetsAWholeSessionPass) {
    auto event = R"({"type": "session.update", "event_id": "e1", "session": {
        "type": "realtime", "output_modalities": ["audio"], "instructions": "Be kind.", "max_output_tokens": 4096,
        "audio": {
          "input": {"format": {"type": "audio/pcmu"}, "noise_reduction": null,
            "transcription": {"model": "gpt-transcribe", "languages": ["en"], "keywords": ["Concya"]},
            "turn_detection": {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300,
              "silence_duration_ms": 500, "idle_timeout_ms": null, "create_response": true,
              "interrupt_response": true}},
          "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin", "speed": 1.25}},
        "tools": [{"type": "function", "name": "book", "description": "Books.", "parameters": {"type": "object"}}],
        "tool_choice": {"type": "function", "name": "book"}, "reasoning": {"effort": "low"},
        "truncation": {"type": "retention_ratio", "retention_ratio": 0.8}, "tracing": "auto"}})"_json;
    EXPECT_EQ(refusal(event), "");
    event["session"]["max_output_tokens"] = "inf";
    event["session"]["audio"]["input"]["turn_detection"] = {{"type", "semantic_vad"}, {"eagerness", "low"}};
    event["session"]["audio"]["output"]["voice"] = {{"id", "voice_1"}};
    event["session"]["tool_choice"] = "required";
    event["session"]["truncation"] = "disabled";
    EXPECT_EQ(refusal(event), "");
}

TEST(RealtimeEvent, LetsEveryOtherEventPass) {
    EXPECT_EQ(refusal({{"type", "input_audio_buffer.append"}, {"audio", "AAAA"}}), "");
    EXPECT_EQ(refusal({{"type", "input_audio_buffer.commit"}}), "");
    EXPECT_EQ(refusal({{"type", "input_audio_buffer.clear"}, {"event_id", "e"}}), "");
    EXPECT_EQ(refusal({{"type", "conversation.item.delete"}, {"item_id", "i"}}), "");
    EXPECT_EQ(refusal({{"type", "conversation.item.retrieve"}, {"item_id", "i"}}), "");
    EXPECT_EQ(
        refusal({{"type", "conversation.item.truncate"}, {"item_id", "i"}, {"content_index", 0}, {"audio_end_ms", 0}}),
        "");
    EXPECT_EQ(refusal({{"type", "response.cancel"}, {"response_id", "r"}}), "");
    EXPECT_EQ(refusal({{"type", "response.create"}}), "");
    EXPECT_EQ(refusal({{"type", "response.create"},
                       {"response",
                        {{"instructions", "Greet."},
                         {"conversation", "none"},
                         {"input", Json::array({{{"type", "item_reference"}, {"id", "i"}}})},
                         {"metadata", {{"why", "greeting"}}}}}}),
              "");
    EXPECT_EQ(refusal(item({{"type", "function_call"}, {"call_id", "c"}, {"name", "n"}, {"arguments", "{}"}})), "");
}

TEST(RealtimeEvent, RefusesWhatIsNoEvent) {
    EXPECT_EQ(refusal({{"event_id", "e"}}), "missing_required_parameter type");
    EXPECT_EQ(refusal({{"type", "transcription_session.update"}}), "invalid_value type");
    EXPECT_EQ(refusal({{"type", 1}}), "invalid_value type");
}

TEST(RealtimeEvent, RefusesASessionWithoutItsType) {
    EXPECT_EQ(refusal({{"type", "session.update"}, {"session", Json::object()}}),
              "missing_required_parameter session.type");
    EXPECT_EQ(refusal({{"type", "session.update"}}), "missing_required_parameter session");
    EXPECT_EQ(refusal({{"type", "session.update"}, {"session", {{"type", "transcription"}}}}),
              "invalid_value session.type");
}

TEST(RealtimeEvent, RefusesTheKeysOfTheBetaInterface) {
    EXPECT_EQ(refusal(update({{"modalities", {"audio"}}})), "unknown_parameter session.modalities");
    EXPECT_EQ(refusal(update({{"input_audio_format", "g711_ulaw"}})), "unknown_parameter session.input_audio_format");
    EXPECT_EQ(refusal(update({{"temperature", 0.8}})), "unknown_parameter session.temperature");
    EXPECT_EQ(refusal({{"type", "response.create"}, {"response", {{"max_response_output_tokens", 1}}}}),
              "unknown_parameter response.max_response_output_tokens");
}

TEST(RealtimeEvent, WantsTheRateOfPcmAndOfNothingElse) {
    auto format = [](Json json) { return update({{"audio", {{"output", {{"format", json}}}}}}); };
    EXPECT_EQ(refusal(format({{"type", "audio/pcm"}})), "missing_required_parameter session.audio.output.format.rate");
    EXPECT_EQ(refusal(format({{"type", "audio/pcm"}, {"rate", 16000}})),
              "integer_below_min_value session.audio.output.format.rate");
    EXPECT_EQ(refusal(format({{"type", "audio/pcmu"}, {"rate", 8000}})),
              "unknown_parameter session.audio.output.format.rate");
    EXPECT_EQ(refusal(format({{"type", "g711_ulaw"}})), "invalid_value session.audio.output.format.type");
    EXPECT_EQ(refusal(format("g711_ulaw")), "invalid_type session.audio.output.format");
}

TEST(RealtimeEvent, NamesTheFieldWhoseValueIsWrong) {
    EXPECT_EQ(refusal(update({{"output_modalities", {"audio", "text"}}})),
              "array_above_max_length session.output_modalities");
    EXPECT_EQ(refusal(update({{"output_modalities", {"speech"}}})), "invalid_value session.output_modalities[0]");
    EXPECT_EQ(refusal(update({{"audio", {{"output", {{"speed", 2}}}}}})),
              "decimal_above_max_value session.audio.output.speed");
    EXPECT_EQ(refusal(update({{"max_output_tokens", 0}})), "integer_below_min_value session.max_output_tokens");
    EXPECT_EQ(refusal(update({{"max_output_tokens", "all"}})), "invalid_value session.max_output_tokens");
    EXPECT_EQ(refusal(update({{"tools", {{{"type", "function"}, {"name", "n"}, {"strict", true}}}}})),
              "unknown_parameter session.tools[0].strict");
    EXPECT_EQ(refusal(update({{"tools", {{{"type", "function"}}}}})),
              "missing_required_parameter session.tools[0].name");
    EXPECT_EQ(refusal(update({{"tool_choice", "always"}})), "invalid_value session.tool_choice");
    auto vad = [](Json json) { return update({{"audio", {{"input", {{"turn_detection", json}}}}}}); };
    EXPECT_EQ(refusal(vad({{"type", "server_vad"}, {"idle_timeout_ms", 100}})),
              "integer_below_min_value session.audio.input.turn_detection.idle_timeout_ms");
    EXPECT_EQ(refusal(vad({{"type", "semantic_vad"}, {"threshold", 0.5}})),
              "unknown_parameter session.audio.input.turn_detection.threshold");
    EXPECT_EQ(refusal(vad({{"threshold", 0.5}})), "missing_required_parameter session.audio.input.turn_detection.type");
}

TEST(RealtimeEvent, TruncatesAtWholeMillisecondsFromNought) {
    auto at = [](Json ms) {
        return Json{
            {"type", "conversation.item.truncate"}, {"item_id", "i"}, {"content_index", 0}, {"audio_end_ms", ms}};
    };
    EXPECT_EQ(refusal(at(-5)), "integer_below_min_value audio_end_ms");
    EXPECT_EQ(refusal(at(12.5)), "invalid_type audio_end_ms");
    auto without = at(1);
    without.erase("content_index");
    EXPECT_EQ(refusal(without), "missing_required_parameter content_index");
}

TEST(RealtimeEvent, WantsWhatAnItemConsistsOf) {
    EXPECT_EQ(refusal(item({{"type", "function_call_output"}, {"call_id", "c"}})),
              "missing_required_parameter item.output");
    EXPECT_EQ(refusal(item({{"type", "function_call_output"}, {"call_id", "c"}, {"output", Json::object()}})),
              "invalid_type item.output");
    EXPECT_EQ(refusal(item({{"type", "message"}, {"role", "user"}})), "missing_required_parameter item.content");
    EXPECT_EQ(refusal(item({{"type", "message"}, {"role", "tool"}, {"content", Json::array()}})),
              "invalid_value item.role");
    EXPECT_EQ(refusal(item(
                  {{"type", "message"}, {"role", "user"}, {"content", Json::array()}, {"id", std::string(33, 'x')}})),
              "string_above_max_length item.id");
}

TEST(RealtimeEvent, SaysItInOpenAisWords) {
    EXPECT_EQ(check_realtime_event(update({{"foo", 1}}))->message, "Unknown parameter: 'session.foo'.");
    EXPECT_EQ(check_realtime_event({{"type", "session.update"}})->message, "Missing required parameter: 'session'.");
    EXPECT_EQ(check_realtime_event(update({{"tool_choice", "x"}}))->message,
              "Invalid value: 'x'. Supported values are: 'none', 'auto' and 'required'.");
}
