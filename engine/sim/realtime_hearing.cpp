#include "audio/base64.hpp"
#include "sim/realtime_model.hpp"
#include "sim/realtime_settings.hpp"

#include <algorithm>

// How a Realtime session hears: what is appended to its input buffer becomes turns of the caller's.
namespace switchhook::sim {

using core::Json;

namespace {

// What a commit needs at least.
constexpr std::chrono::milliseconds shortest_commit{100};

std::vector<std::int16_t> samples_of(std::string_view bytes) {
    std::vector<std::int16_t> samples(bytes.size() / 2);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(static_cast<unsigned char>(bytes[2 * i]) |
                                               static_cast<unsigned char>(bytes[2 * i + 1]) << 8);
    return samples;
}

}  // namespace

bool RealtimeModel::detects(const char* what) const {
    return !turn_detection().is_null() && turn_detection().value(what, true);
}

void RealtimeModel::append_audio(const Json& event) {
    const auto& text = event.at("audio").get_ref<const std::string&>();
    auto audio = audio::decode_base64(text);
    if (!audio || audio->empty())
        return refuse({"invalid_value",
                       std::string("Invalid 'audio'. Expected base64-encoded audio bytes, but got an ") +
                           (text.empty() ? "empty string." : "invalid value."),
                       "audio"});
    listen(*audio);
}

void RealtimeModel::listen(std::string_view audio) {
    const auto format = audio_format_of(session_["audio"]["input"]["format"]);
    buffered_ += format.time_of(audio.size());
    auto changes = detector_.hear(samples_of(hearing_->convert(audio)), format.rate);
    if (turn_detection().is_null()) return;
    for (auto [speaks, at] : changes) speaks ? begin_turn(at) : end_turn(at);
}

void RealtimeModel::begin_turn(milliseconds at) {
    quiet_since_.reset();
    turn_item_ = new_id("item_");
    turn_began_ = at;
    emit({{"type", "input_audio_buffer.speech_started"}, {"audio_start_ms", at.count()}, {"item_id", turn_item_}});
    auto* response = active();
    if (!response || !detects("interrupt_response")) return;
    response->cut("cancelled", "turn_detected");
    has_spoken_ = has_spoken_ || response->spoken().count() > 0;
    responses_.remove_if([](const RealtimeResponse& one) { return one.is_done(); });
}

void RealtimeModel::end_turn(milliseconds at) {
    // It may have begun before there was turn detection.
    if (turn_item_.empty()) return;
    emit({{"type", "input_audio_buffer.speech_stopped"}, {"audio_end_ms", at.count()}, {"item_id", turn_item_}});
    const auto item = turn_item_;
    commit(item, at - turn_began_);
    if (detects("create_response")) start_response(Json::object());
    transcribe(item, at - turn_began_);
}

void RealtimeModel::commit_audio(const Json&) {
    if (buffered_ < shortest_commit) {
        auto held = std::to_string(buffered_.count());
        return refuse({"input_audio_buffer_commit_empty",
                       "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but "
                       "buffer only has " +
                           held + ".00ms of audio."});
    }
    const auto item = turn_item_.empty() ? new_id("item_") : turn_item_;
    const auto length = buffered_;
    commit(item, length);
    transcribe(item, length);
}

void RealtimeModel::commit(const std::string& item_id, milliseconds length) {
    emit({{"type", "input_audio_buffer.committed"}, {"previous_item_id", conversation_.last()}, {"item_id", item_id}});
    Json item{{"id", item_id},     {"object", "realtime.item"},
              {"type", "message"}, {"status", "completed"},
              {"role", "user"},    {"content", {{{"type", "input_audio"}, {"transcript", nullptr}}}}};
    auto previous = conversation_.insert(item);
    conversation_.find(item_id)->audio = length;
    emit({{"type", "conversation.item.added"}, {"previous_item_id", previous}, {"item", item}});
    emit({{"type", "conversation.item.done"}, {"previous_item_id", previous}, {"item", item}});
    turn_item_.clear();
    buffered_ = {};
}

void RealtimeModel::transcribe(const std::string& item_id, milliseconds length) {
    std::string words;
    if (!understood_.empty()) {
        words = std::move(understood_.front());
        understood_.pop_front();
    } else {
        auto tenths = length.count() / 100;
        words = "(" + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " seconds of speech)";
    }
    seen_.turns.push_back(words);
    if (session_["audio"]["input"]["transcription"].is_null()) return;
    constexpr auto type = "conversation.item.input_audio_transcription.";
    emit({{"type", type + std::string("delta")}, {"item_id", item_id}, {"content_index", 0}, {"delta", words}});
    emit({{"type", type + std::string("completed")},
          {"item_id", item_id},
          {"content_index", 0},
          {"transcript", words},
          {"usage", {{"type", "duration"}, {"seconds", static_cast<double>(length.count()) / 1000}}}});
}

void RealtimeModel::clear_audio() {
    buffered_ = {};
    turn_item_.clear();
    emit({{"type", "input_audio_buffer.cleared"}});
}

std::optional<std::chrono::milliseconds> RealtimeModel::idle_timeout() const {
    if (turn_detection().is_null()) return std::nullopt;
    auto timeout = turn_detection().value("idle_timeout_ms", Json(nullptr));
    if (!timeout.is_number()) return std::nullopt;
    return milliseconds(timeout.get<long>());
}

// The caller has said nothing for too long: the silence is a turn of its own, and the model takes the word.
void RealtimeModel::answer_silence() {
    const auto length = *idle_timeout();
    const auto item = new_id("item_");
    const auto end = detector_.clock();
    quiet_since_.reset();
    emit({{"type", "input_audio_buffer.timeout_triggered"},
          {"audio_start_ms", std::max(end - length, milliseconds(0)).count()},
          {"audio_end_ms", end.count()},
          {"item_id", item}});
    commit(item, length);
    start_response(Json::object());
}

}  // namespace switchhook::sim
