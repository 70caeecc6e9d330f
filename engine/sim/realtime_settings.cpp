#include "sim/realtime_settings.hpp"

namespace switchhook::sim {

using core::Json;

Json default_realtime_session(const std::string& id, const std::string& model, std::int64_t expires_at) {
    const Json turn_detection{{"type", "server_vad"},       {"threshold", 0.5},           {"prefix_padding_ms", 300},
                              {"silence_duration_ms", 200}, {"idle_timeout_ms", nullptr}, {"create_response", true},
                              {"interrupt_response", true}};
    return {{"type", "realtime"},
            {"object", "realtime.session"},
            {"id", id},
            {"model", model},
            {"expires_at", expires_at},
            {"output_modalities", {"audio"}},
            {"instructions", "You are a helpful voice assistant."},
            {"tools", Json::array()},
            {"tool_choice", "auto"},
            {"max_output_tokens", "inf"},
            {"truncation", "auto"},
            {"tracing", nullptr},
            {"prompt", nullptr},
            {"include", nullptr},
            {"audio",
             {{"input",
               {{"format", json_of(core::pcm_24k)},
                {"transcription", nullptr},
                {"noise_reduction", nullptr},
                {"turn_detection", turn_detection}}},
              {"output", {{"format", json_of(core::pcm_24k)}, {"voice", "alloy"}, {"speed", 1.0}}}}}};
}

void update_realtime_session(Json& session, const Json& update) {
    for (const auto& [key, value] : update.items()) {
        if (key != "audio") {
            session[key] = value;
            continue;
        }
        for (const auto& [side, fields] : value.items())
            for (const auto& [name, field] : fields.items()) {
                auto& place = session["audio"][side][name];
                // What a turn detection does not say has its default.
                if (name == "turn_detection" && field.is_object() && field["type"] == "server_vad") {
                    place = default_realtime_session({}, {}, 0)["audio"]["input"]["turn_detection"];
                    place.update(field);
                } else if (name == "turn_detection" && field.is_object()) {
                    place = {{"eagerness", "auto"}, {"create_response", true}, {"interrupt_response", true}};
                    place.update(field);
                } else {
                    place = field;
                }
            }
    }
}

core::AudioFormat audio_format_of(const Json& format) {
    auto type = format.value("type", "");
    if (type == "audio/pcmu") return core::telephone_mulaw;
    if (type == "audio/pcma") return core::telephone_alaw;
    return core::pcm_24k;
}

Json json_of(core::AudioFormat format) {
    switch (format.encoding) {
        case core::AudioEncoding::mulaw:
            return {{"type", "audio/pcmu"}};
        case core::AudioEncoding::alaw:
            return {{"type", "audio/pcma"}};
        case core::AudioEncoding::pcm16:
            break;
    }
    return {{"type", "audio/pcm"}, {"rate", format.rate}};
}

VoiceDetector::Options detector_options(const Json& turn_detection) {
    using std::chrono::milliseconds;
    if (turn_detection.value("type", "") == "semantic_vad") {
        // Who listens to the sense waits for the end of a thought; here a pause has to do.
        auto eagerness = turn_detection.value("eagerness", "auto");
        auto silence = eagerness == "low" ? 1200 : eagerness == "high" ? 400 : 700;
        return {.silence = milliseconds(silence)};
    }
    return {.threshold = turn_detection.value("threshold", 0.5),
            .prefix_padding = milliseconds(turn_detection.value("prefix_padding_ms", 300)),
            .silence = milliseconds(turn_detection.value("silence_duration_ms", 200))};
}

}  // namespace switchhook::sim
