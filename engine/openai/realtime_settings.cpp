#include "openai/realtime_settings.hpp"

#include <cmath>

namespace switchhook::openai {
namespace {

using core::Json;

Json format_json(core::AudioFormat format) {
    switch (format.encoding) {
        case core::AudioEncoding::mulaw:
            return {{"type", "audio/pcmu"}};
        case core::AudioEncoding::alaw:
            return {{"type", "audio/pcma"}};
        case core::AudioEncoding::pcm16:
            break;
    }
    return {{"type", "audio/pcm"}, {"rate", 24'000}};
}

core::AudioFormat format_named(const Json& settings, core::AudioFormat caller) {
    auto name = settings.value("audio", "");
    if (name == "mulaw") return core::telephone_mulaw;
    if (name == "alaw") return core::telephone_alaw;
    if (name == "pcm_24k") return core::pcm_24k;
    return caller.encoding == core::AudioEncoding::pcm16 ? core::pcm_24k : caller;
}

// Lua has one kind of number: what must be whole is made so.
Json whole(const Json& number) {
    return number.is_number_float() ? Json(std::llround(number.get<double>())) : number;
}

void copy(const Json& from, Json& to, std::initializer_list<const char*> names) {
    for (const auto* name : names)
        if (auto found = from.find(name); found != from.end() && !found->is_null()) to[name] = *found;
}

Json turn_detection(const Json& settings) {
    auto given = settings.value("turn_detection", Json::object());
    if (given.value("type", "server_vad") == "semantic_vad") {
        Json detection{{"type", "semantic_vad"}, {"create_response", true}, {"interrupt_response", true}};
        copy(given, detection, {"eagerness", "interrupt_response"});
        return detection;
    }
    // Always with a silence: what the API takes without one differs from what it documents.
    Json detection{{"type", "server_vad"},       {"threshold", 0.5},        {"prefix_padding_ms", 300},
                   {"silence_duration_ms", 500}, {"create_response", true}, {"interrupt_response", true}};
    copy(given, detection,
         {"threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms", "interrupt_response"});
    for (const auto* name : {"prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"})
        if (detection.contains(name)) detection[name] = whole(detection[name]);
    return detection;
}

Json transcription(const Json& settings) {
    auto given = settings.value("transcription", Json::object());
    if (given == false) return nullptr;
    Json out{{"model", "gpt-transcribe"}};
    if (!given.is_object()) return out;
    copy(given, out, {"model", "language", "languages", "keywords", "prompt"});
    // The newer models take a list only.
    auto model = out.value("model", "");
    if (out.contains("language") && (model == "gpt-transcribe" || model.starts_with("gpt-live-"))) {
        if (!out.contains("languages")) out["languages"] = {out["language"]};
        out.erase("language");
    }
    return out;
}

// A JSON Schema of an object; an empty Lua table may have come as a list.
Json parameters(const Json& tool) {
    auto schema = tool.value("parameters", Json::object());
    if (!schema.is_object()) schema = Json::object();
    if (!schema.contains("type")) schema["type"] = "object";
    if (!schema.contains("properties") || !schema["properties"].is_object()) schema["properties"] = Json::object();
    return schema;
}

Json tools(const Json& settings) {
    auto out = Json::array();
    for (const auto& tool : settings.value("tools", Json::array())) {
        Json one{{"type", "function"}, {"name", tool.value("name", "")}, {"parameters", parameters(tool)}};
        copy(tool, one, {"description"});
        out.push_back(std::move(one));
    }
    return out;
}

Json tool_choice(const Json& settings) {
    auto choice = settings.value("tool_choice", "auto");
    if (choice == "auto" || choice == "none" || choice == "required") return choice;
    return {{"type", "function"}, {"name", choice}};
}

Json session_of(const Json& settings, core::AudioFormat format) {
    Json input{{"format", format_json(format)},
               {"noise_reduction", nullptr},
               {"transcription", transcription(settings)},
               {"turn_detection", turn_detection(settings)}};
    if (settings.contains("noise_reduction") && settings["noise_reduction"].is_string())
        input["noise_reduction"] = {{"type", settings["noise_reduction"]}};
    Json output{{"format", format_json(format)},
                {"voice", settings.value("voice", Json("marin"))},
                {"speed", settings.value("speed", 1.0)}};
    Json session{{"type", "realtime"},
                 {"output_modalities", {"audio"}},
                 {"instructions", settings.value("instructions", "")},
                 {"audio", {{"input", std::move(input)}, {"output", std::move(output)}}},
                 {"tools", tools(settings)},
                 {"tool_choice", tool_choice(settings)},
                 {"max_output_tokens", "inf"}};
    if (settings.contains("max_output_tokens")) session["max_output_tokens"] = whole(settings["max_output_tokens"]);
    if (auto truncation = settings.value("truncation", Json()); truncation.is_number())
        session["truncation"] = {{"type", "retention_ratio"}, {"retention_ratio", truncation}};
    else if (truncation.is_string())
        session["truncation"] = truncation;
    if (auto effort = settings.value("reasoning_effort", Json()); effort.is_string())
        session["reasoning"] = {{"effort", effort}};
    return session;
}

void compare(const Json& asked, const Json& echoed, const std::string& path, std::vector<std::string>& out) {
    if (!asked.is_object() || !echoed.is_object()) {
        bool near =
            asked.is_number() && echoed.is_number() && std::abs(asked.get<double>() - echoed.get<double>()) < 0.001;
        if (!near && asked != echoed) out.push_back(path);
        return;
    }
    for (const auto& [name, value] : asked.items())
        if (auto found = echoed.find(name); found != echoed.end())
            compare(value, *found, path.empty() ? name : path + "." + name, out);
}

}  // namespace

RealtimeSettings read_settings(const Json& settings, core::AudioFormat caller) {
    RealtimeSettings out;
    out.model = settings.value("model", "gpt-realtime-2.1");
    out.format = format_named(settings, caller);
    out.session = session_of(settings, out.format);
    if (auto history = settings.value("history", Json()); history.is_array()) out.history = std::move(history);
    if (auto greeting = settings.value("greeting", Json()); greeting.is_object() && out.history.empty()) {
        out.greeting = greeting.value("text", "");
        out.greeting_interruptible = greeting.value("interruptible", true);
    }
    out.interruptible = out.session["audio"]["input"]["turn_detection"].value("interrupt_response", true);
    return out;
}

Json turn_detection_of(const RealtimeSettings& settings, bool acts) {
    auto detection = settings.session.at("audio").at("input").at("turn_detection");
    if (!acts) detection["create_response"] = detection["interrupt_response"] = false;
    return detection;
}

std::optional<core::AudioFormat> format_of(const Json& format) {
    if (!format.is_object()) return std::nullopt;
    auto type = format.value("type", "");
    if (type == "audio/pcmu") return core::telephone_mulaw;
    if (type == "audio/pcma") return core::telephone_alaw;
    if (type == "audio/pcm" && format.value("rate", 24'000) == 24'000) return core::pcm_24k;
    return std::nullopt;
}

std::vector<std::string> differences(const Json& asked, const Json& echoed) {
    std::vector<std::string> out;
    compare(asked, echoed, {}, out);
    return out;
}

}  // namespace switchhook::openai
