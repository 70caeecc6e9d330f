#include "twilio/call_parameters.hpp"

#include "twiml/legal_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace switchhook::twilio {
namespace {

using core::Answer;
using core::Json;
using core::Time;

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

// JSON holds well-formed UTF-8 only.
Json text(std::string_view value) {
    std::string changed;
    return std::string(twiml::legal_text(value, changed));
}

void set_text(Json& json, const char* key, std::string_view value) {
    if (!value.empty()) json[key] = text(value);
}

void set_seconds(Json& json, std::string_view value) {
    if (const auto seconds = number<std::int64_t>(value); seconds && *seconds >= 0) json["seconds"] = *seconds;
}

core::CallInfo common_info(const Webhook& webhook, Time now) {
    core::CallInfo info;
    info.from = webhook.from;
    info.to = webhook.to;
    info.provider = "twilio";
    info.account = webhook.account_sid;
    constexpr std::array<std::pair<const char*, const char*>, 4> places = {
        {{"city", "FromCity"}, {"state", "FromState"}, {"zip", "FromZip"}, {"country", "FromCountry"}}};
    for (const auto& [key, param] : places) set_text(info.caller, key, webhook.params.get(param));
    info.started = now;
    return info;
}

Answer gathered(const Webhook& webhook, Time now) {
    const auto& params = webhook.params;
    if (const auto speech = params.get("SpeechResult"); !speech.empty()) {
        Json value{{"speech", text(speech)}};
        const auto confidence = number<double>(params.get("Confidence"));
        if (confidence && *confidence >= 0 && *confidence <= 1) value["confidence"] = *confidence;
        return Answer::of(std::move(value), now);
    }
    // A caller who presses only the key that ends the input has not kept silent.
    const auto digits = params.get("Digits");
    if (!digits.empty() || !params.get("FinishedOnKey").empty()) return Answer::of({{"digits", text(digits)}}, now);
    return Answer::nothing(has_ended(webhook) ? "hung_up" : "timeout", now);
}

Answer recorded(const Webhook& webhook, Time now) {
    const auto& params = webhook.params;
    const auto url = params.get("RecordingUrl");
    if (url.empty()) return Answer::nothing(has_ended(webhook) ? "hung_up" : "silence", now);
    Json value{{"url", text(url)}};
    set_seconds(value, params.get("RecordingDuration"));
    auto sid = params.get("RecordingSid");
    // Not every action carries it, but the URL ends in it.
    if (sid.empty()) sid = url.substr(url.rfind('/') + 1);
    if (is_sid(sid, "RE")) set_text(value, "sid", sid);
    set_text(value, "digits", params.get("Digits"));
    return Answer::of(std::move(value), now);
}

Answer dialled(const Webhook& webhook, Time now) {
    const auto& params = webhook.params;
    const auto status = params.get("DialCallStatus");
    if (status == "no-answer") return Answer::nothing("no_answer", now);
    if (status == "busy" || status == "canceled") return Answer::nothing(std::string(status), now);
    if (status != "completed" && status != "answered") {
        const bool gone = status.empty() && has_ended(webhook);
        return Answer::nothing(gone ? "hung_up" : "failed", now);
    }
    Json value{{"status", text(status)}};
    set_seconds(value, params.get("DialCallDuration"));
    set_text(value, "sid", params.get("DialCallSid"));
    set_text(value, "recording", params.get("RecordingUrl"));
    return Answer::of(std::move(value), now);
}

Answer enqueued(const Webhook& webhook, Time now) {
    const auto& params = webhook.params;
    const auto result = params.get("QueueResult");
    if (result == "queue-full") return Answer::nothing("queue_full", now);
    if (result == "hangup" || (result.empty() && has_ended(webhook))) return Answer::nothing("hung_up", now);
    if (result.empty() || result == "error" || result == "system-error") return Answer::nothing("error", now);
    Json value{{"result", text(result)}};
    set_seconds(value, params.get("QueueTime"));
    set_text(value, "sid", params.get("QueueSid"));
    return Answer::of(std::move(value), now);
}

Answer referred(const Webhook& webhook, Time now) {
    const auto status = webhook.params.get("ReferCallStatus");
    const auto code = number<int>(webhook.params.get("ReferSipResponseCode"));
    const bool refused = code && *code >= 300;
    for (std::string_view bad : {"", "failed", "busy", "no-answer", "canceled"})
        if (refused || status == bad) return Answer::nothing("failed", now);
    return Answer::of({{"status", text(status)}}, now);
}

}  // namespace

core::CallInfo call_info(const Webhook& webhook, Time now) {
    auto info = common_info(webhook, now);
    info.id = webhook.call_sid;
    info.direction = webhook.params.get("Direction").starts_with("outbound") ? "outbound" : "inbound";
    set_text(info.caller, "name", webhook.params.get("CallerName"));
    return info;
}

core::CallInfo message_info(const Webhook& webhook, Time now) {
    constexpr int most_media = 10;
    auto info = common_info(webhook, now);
    info.id = webhook.message_sid;
    auto media = Json::array();
    const auto count = std::min(number<int>(webhook.params.get("NumMedia")).value_or(0), most_media);
    for (int i = 0; i < count; ++i) {
        const auto url = webhook.params.get("MediaUrl" + std::to_string(i));
        if (url.empty()) continue;
        media.push_back(
            {{"url", text(url)}, {"type", text(webhook.params.get("MediaContentType" + std::to_string(i)))}});
    }
    info.message = {{"body", text(webhook.params.get("Body"))}, {"media", std::move(media)}};
    return info;
}

Answer answer_to(const core::Ask& ask, const Webhook& webhook, Time now) {
    if (ask.kind == "gather") return gathered(webhook, now);
    if (ask.kind == "record") return recorded(webhook, now);
    if (ask.kind == "dial") return dialled(webhook, now);
    if (ask.kind == "enqueue") return enqueued(webhook, now);
    if (ask.kind == "refer") return referred(webhook, now);
    return Answer::of(nullptr, now);
}

bool has_ended(const Webhook& webhook) {
    const auto status = webhook.params.get("CallStatus");
    for (std::string_view over : {"completed", "busy", "failed", "no-answer", "canceled"})
        if (status == over) return true;
    return false;
}

}  // namespace switchhook::twilio
