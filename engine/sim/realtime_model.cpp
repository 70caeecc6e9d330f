#include "sim/realtime_model.hpp"

#include "core/json_text.hpp"
#include "sim/realtime_event.hpp"
#include "sim/realtime_settings.hpp"

#include <algorithm>
#include <utility>

// What the client sends, item by item and response by response. Its audio is heard in realtime_hearing.cpp.
namespace switchhook::sim {

using core::Json;

RealtimeModel::RealtimeModel(Options options, Moment now)
    : options_(std::move(options)), ids_(options_.seed), began_(now), now_(now) {
    if (options_.beta) {
        refuse({"beta_api_shape_disabled",
                "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."});
        closing_ = 4000;
        return;
    }
    auto expires = options_.started.time_since_epoch() + options_.lifetime;
    session_ = default_realtime_session(new_id("sess_"), options_.model,
                                        std::chrono::duration_cast<std::chrono::seconds>(expires).count());
    detector_.configure(detector_options(turn_detection()));
    hearing_ = std::make_unique<audio::Converter>(core::pcm_24k, core::pcm_24k);
    emit({{"type", "session.created"}, {"session", session_}});
}

void RealtimeModel::receive(std::string_view text, Moment now) {
    now_ = now;
    if (closing_) return;
    auto event = Json::parse(text, nullptr, false);
    if (!event.is_object()) return refuse({"invalid_json", "The event is not a JSON object."});
    auto id = event.find("event_id");
    client_event_id_ = id != event.end() && id->is_string() ? *id : Json(nullptr);
    if (auto problem = check_realtime_event(event))
        refuse(std::move(*problem));
    else
        handle(event);
    client_event_id_ = nullptr;
}

void RealtimeModel::handle(const Json& event) {
    const auto& type = event.at("type").get_ref<const std::string&>();
    if (type == "input_audio_buffer.append") return append_audio(event);
    if (type == "session.update") return update_session(event);
    if (type == "input_audio_buffer.commit") return commit_audio(event);
    if (type == "input_audio_buffer.clear") return clear_audio();
    if (type == "conversation.item.create") return create_item(event);
    if (type == "conversation.item.delete") return delete_item(event);
    if (type == "conversation.item.retrieve") return retrieve_item(event);
    if (type == "conversation.item.truncate") return truncate_item(event);
    if (type == "response.create") return create_response(event);
    if (type == "response.cancel") return cancel_response(event);
    refuse({"invalid_value", type + " is for WebRTC and SIP only.", "type"});
}

void RealtimeModel::advance(Moment now) {
    now_ = now;
    if (closing_) return;
    for (auto& response : responses_) {
        response.advance(now);
        if (response.is_done()) end_response(response);
    }
    responses_.remove_if([](const RealtimeResponse& one) { return one.is_done(); });
    if (quiet_since_ && idle_timeout() && now >= *quiet_since_ + *idle_timeout()) answer_silence();
    if (now >= began_ + options_.lifetime) expire();
}

std::optional<RealtimeModel::Moment> RealtimeModel::next_due() const {
    if (closing_) return std::nullopt;
    auto due = began_ + options_.lifetime;
    for (const auto& response : responses_)
        if (auto next = response.next_due()) due = std::min(due, *next);
    if (quiet_since_ && idle_timeout()) due = std::min(due, *quiet_since_ + *idle_timeout());
    if (stalled_until_) due = std::min(due, *stalled_until_);
    return due;
}

std::vector<std::string> RealtimeModel::take_events(Moment now) {
    if (stalled_until_ && now < *stalled_until_) return {};
    stalled_until_.reset();
    return std::exchange(events_, {});
}

void RealtimeModel::emit(Json event) {
    event["event_id"] = "event_" + std::to_string(++event_count_);
    events_.push_back(core::dump(event));
}

void RealtimeModel::refuse(ApiError error) {
    auto json = to_json(error);
    json["event_id"] = client_event_id_;
    seen_.refused.push_back(std::move(error));
    emit({{"type", "error"}, {"error", std::move(json)}});
}

std::string RealtimeModel::new_id(std::string_view prefix) {
    // As long as an id may be that the client brings.
    return ids_.make(prefix).substr(0, 32);
}

void RealtimeModel::expire() {
    auto minutes = std::chrono::duration_cast<std::chrono::minutes>(options_.lifetime).count();
    send_error(
        {"session_expired", "Your session hit the maximum duration of " + std::to_string(minutes) + " minutes.", ""},
        now_);
    closing_ = 1001;
}

void RealtimeModel::send_error(const ApiError& error, Moment now) {
    now_ = now;
    auto json = to_json(error);
    json["event_id"] = nullptr;
    emit({{"type", "error"}, {"error", std::move(json)}});
}

// ── Settings ───────────────────────────────────────────────────────────────────────────────────────────────────────

void RealtimeModel::update_session(const Json& event) {
    const auto& update = event.at("session");
    if (auto model = update.find("model"); model != update.end() && *model != session_["model"])
        return refuse({"invalid_value", "A session's model cannot be changed.", "session.model"});
    auto voice = Json::json_pointer("/audio/output/voice");
    if (has_spoken_ && update.contains(voice) && update[voice] != session_[voice])
        return refuse({"cannot_update_voice", "Cannot update a conversation's voice if assistant audio is present.",
                       "session.audio.output.voice"});
    auto format = session_["audio"]["input"]["format"];
    update_realtime_session(session_, update);
    if (options_.speaks == Speaks::pcm_and_says_so) session_["audio"]["output"]["format"] = json_of(core::pcm_24k);
    if (auto now = session_["audio"]["input"]["format"]; now != format) {
        auto in = audio_format_of(now);
        hearing_ = std::make_unique<audio::Converter>(in, core::AudioFormat{core::AudioEncoding::pcm16, in.rate});
    }
    if (!turn_detection().is_null()) detector_.configure(detector_options(turn_detection()));
    configured_ = true;
    emit({{"type", "session.updated"}, {"session", session_}});
}

// ── Items ──────────────────────────────────────────────────────────────────────────────────────────────────────────

void RealtimeModel::create_item(const Json& event) {
    auto item = event.at("item");
    if (auto problem = conversation_.judge(item)) return refuse(std::move(*problem));
    auto previous = event.value("previous_item_id", "");
    if (!previous.empty() && previous != "root" && !conversation_.find(previous))
        return refuse({"item_create_invalid_previous_item", "Previous item with item_id not found: '" + previous + "'.",
                       "previous_item_id"});
    if (item.value("id", "").empty()) item["id"] = new_id("item_");
    if (item["type"] == "function_call" && !item.contains("call_id")) item["call_id"] = new_id("call_");
    item["object"] = "realtime.item";
    item["status"] = item.value("status", "completed");
    auto before = conversation_.insert(item, previous);
    emit({{"type", "conversation.item.added"}, {"previous_item_id", before}, {"item", item}});
    emit({{"type", "conversation.item.done"}, {"previous_item_id", before}, {"item", item}});
    if (item["type"] == "function_call_output")
        seen_.results.push_back({item["call_id"], conversation_.tool_of(item["call_id"]), item["output"]});
    if (item.value("role", "") != "user") return;
    for (const auto& part : item["content"])
        if (part["type"] == "input_text") seen_.turns.push_back(part["text"]);
}

void RealtimeModel::delete_item(const Json& event) {
    const auto& id = event.at("item_id").get_ref<const std::string&>();
    if (!conversation_.find(id))
        return refuse({"item_delete_invalid_item_id", "Item with item_id not found: '" + id + "'.", "item_id"});
    conversation_.erase(id);
    emit({{"type", "conversation.item.deleted"}, {"item_id", id}});
}

void RealtimeModel::retrieve_item(const Json& event) {
    const auto& id = event.at("item_id").get_ref<const std::string&>();
    const auto* item = conversation_.find(id);
    if (!item)
        return refuse({"item_retrieve_invalid_item_id", "Item with item_id not found: '" + id + "'.", "item_id"});
    emit({{"type", "conversation.item.retrieved"}, {"item", item->json}});
}

void RealtimeModel::truncate_item(const Json& event) {
    const auto& id = event.at("item_id").get_ref<const std::string&>();
    auto* item = conversation_.find(id);
    if (!item)
        return refuse({"item_truncate_invalid_item_id", "Item with item_id not found: '" + id + "'.", "item_id"});
    if (item->json.value("role", "") != "assistant" || item->audio.count() == 0)
        return refuse(
            {"unsupported_content_type", "Only an assistant's message with audio can be truncated.", "item_id"});
    if (event.at("content_index") != 0)
        return refuse(
            {"invalid_value", "The item has one content part: 'content_index' has to be 0.", "content_index"});
    milliseconds heard(event.at("audio_end_ms").get<long>());
    if (heard > item->audio)
        return refuse({"invalid_value",
                       "Audio content of " + std::to_string(item->audio.count()) + "ms is already shorter than " +
                           std::to_string(heard.count()) + "ms",
                       "audio_end_ms"});
    seen_.cuts.push_back({id, heard, item->audio});
    item->audio = heard;
    // Which of the words were spoken by then is not known: none of them stay.
    for (auto& part : item->json["content"]) part.erase("transcript");
    emit({{"type", "conversation.item.truncated"},
          {"item_id", id},
          {"content_index", 0},
          {"audio_end_ms", heard.count()}});
}

// ── Responses ──────────────────────────────────────────────────────────────────────────────────────────────────────

RealtimeResponse* RealtimeModel::active() {
    auto found = std::find_if(responses_.begin(), responses_.end(),
                              [](const RealtimeResponse& one) { return one.in_conversation() && !one.is_done(); });
    return found == responses_.end() ? nullptr : &*found;
}

const RealtimeResponse* RealtimeModel::waiting() const {
    auto found = std::find_if(responses_.begin(), responses_.end(),
                              [](const RealtimeResponse& one) { return !one.is_filled() && !one.is_done(); });
    return found == responses_.end() ? nullptr : &*found;
}

RealtimeResponse* RealtimeModel::waiting() {
    return const_cast<RealtimeResponse*>(std::as_const(*this).waiting());
}

void RealtimeModel::create_response(const Json& event) {
    auto request = event.value("response", Json::object());
    for (const auto& item : request.value("input", Json::array())) {
        if (item.at("type") != "item_reference") continue;
        if (!conversation_.find(item.at("id")))
            return refuse({"invalid_value", "Item with item_id not found: '" + item["id"].get<std::string>() + "'.",
                           "response.input"});
    }
    start_response(request);
}

void RealtimeModel::start_response(const Json& request) {
    if (request.value("conversation", "auto") != "none" && active())
        return refuse({"conversation_already_has_active_response",
                       "Conversation already has an active response in progress: " + active()->id() +
                           ". Wait until the response is finished before creating a new one."});
    quiet_since_.reset();
    responses_.emplace_back(
        RealtimeResponse::Surroundings{[this](Json event) { emit(std::move(event)); },
                                       [this](std::string_view prefix) { return new_id(prefix); }, &conversation_},
        request, session_);
}

void RealtimeModel::cancel_response(const Json& event) {
    auto id = event.value("response_id", "");
    auto found = std::find_if(responses_.begin(), responses_.end(), [&](const RealtimeResponse& one) {
        return !one.is_done() && (id.empty() ? one.in_conversation() : one.id() == id);
    });
    if (found == responses_.end())
        return refuse({"response_cancel_not_active", "Cancellation failed: no active response found"});
    found->cut("cancelled", "client_cancelled");
    end_response(*found);
    responses_.erase(found);
}

// The caller has the word once what was said is also played.
void RealtimeModel::end_response(RealtimeResponse& response) {
    if (!response.in_conversation()) return;
    has_spoken_ = has_spoken_ || response.spoken().count() > 0;
    quiet_since_ = now_ + response.spoken();
}

bool RealtimeModel::wants_words() const {
    return waiting() != nullptr;
}

const Json& RealtimeModel::request() const {
    return waiting()->request();
}

core::AudioFormat RealtimeModel::output_format() const {
    if (options_.speaks != Speaks::as_asked) return core::pcm_24k;
    auto format = Json::json_pointer("/audio/output/format");
    const auto* response = waiting();
    if (response && response->request().contains(format)) return audio_format_of(response->request()[format]);
    return audio_format_of(session_[format]);
}

std::vector<std::string> RealtimeModel::tools() const {
    std::vector<std::string> names;
    const auto request = waiting() ? waiting()->request() : Json::object();
    for (const auto& tool : request.value("tools", session_["tools"]))
        if (tool.contains("name")) names.push_back(tool["name"]);
    return names;
}

void RealtimeModel::respond(std::vector<RealtimeOutput> outputs, Moment now) {
    now_ = now;
    auto format = output_format();
    waiting()->fill(std::move(outputs), format, {options_.chunk, options_.speed}, now);
    advance(now);
}

void RealtimeModel::fail(const std::string& code, const std::string& message, Moment now) {
    now_ = now;
    auto* response = waiting();
    response->cut("failed", "", {{"type", "server_error"}, {"code", code}, {"message", message}});
    advance(now);
}

}  // namespace switchhook::sim
