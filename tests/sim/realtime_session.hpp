#pragma once

#include "audio/base64.hpp"
#include "core/json.hpp"
#include "sim/realtime_model.hpp"
#include "sim/speech.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace switchhook::sim::testing {

using std::chrono::milliseconds;

inline std::string silence(milliseconds time) {
    return std::string(core::telephone_mulaw.bytes_of(time), '\xff');
}
inline std::string speech(const std::string& words) {
    return tones_for(words, core::telephone_mulaw);
}

// A client of the machine, with a clock that moves when it is told to.
class RealtimeSession {
public:
    explicit RealtimeSession(RealtimeModel::Options options = {}) : model_(std::move(options), now_) { take(); }

    // What comes back at once.
    std::vector<core::Json> send(core::Json event) { return send_text(event.dump()); }
    std::vector<core::Json> send_text(const std::string& text) {
        model_.receive(text, now_);
        return take();
    }
    // Sets the session up for a telephone.
    std::vector<core::Json> configure(core::Json more = core::Json::object()) {
        core::Json session{{"type", "realtime"},
                           {"audio",
                            {{"input", {{"format", {{"type", "audio/pcmu"}}}, {"transcription", {{"model", "x"}}}}},
                             {"output", {{"format", {{"type", "audio/pcmu"}}}}}}}};
        session.merge_patch(more);
        return send({{"type", "session.update"}, {"session", session}});
    }
    // The caller's sound, in frames of 20 ms as they come from a telephone.
    std::vector<core::Json> hear(const std::string& audio) {
        std::vector<core::Json> events;
        for (std::size_t at = 0; at < audio.size(); at += 160) {
            auto frame = audio::encode_base64(std::string_view(audio).substr(at, 160));
            for (auto& event : send({{"type", "input_audio_buffer.append"}, {"audio", frame}}))
                events.push_back(std::move(event));
        }
        return events;
    }
    std::vector<core::Json> say(const std::string& words) {
        model_.respond({{.text = words, .audio = tones_for(words, model_.output_format())}}, now_);
        return take();
    }
    std::vector<core::Json> use(const std::string& tool, const core::Json& arguments) {
        model_.respond({{.tool = tool, .arguments = arguments.dump()}}, now_);
        return take();
    }
    std::vector<core::Json> wait(milliseconds time) {
        now_ += time;
        model_.advance(now_);
        return take();
    }
    std::vector<core::Json> take() {
        std::vector<core::Json> events;
        for (const auto& text : model_.take_events(now_)) events.push_back(core::Json::parse(text));
        latest_ = events;
        return events;
    }
    const std::vector<core::Json>& latest() const { return latest_; }
    RealtimeModel& model() { return model_; }
    RealtimeModel::Moment now() const { return now_; }

private:
    RealtimeModel::Moment now_{};
    RealtimeModel model_;
    std::vector<core::Json> latest_;
};

// Their types, each run of the same one once.
inline std::vector<std::string> types(const std::vector<core::Json>& events) {
    std::vector<std::string> types;
    for (const auto& event : events)
        if (types.empty() || types.back() != event["type"]) types.push_back(event["type"]);
    return types;
}
// The `error` among them; null if there is none.
inline core::Json error_in(const std::vector<core::Json>& events) {
    for (const auto& event : events)
        if (event["type"] == "error") return event["error"];
    return nullptr;
}
inline core::Json first(const std::vector<core::Json>& events, const std::string& type) {
    for (const auto& event : events)
        if (event["type"] == type) return event;
    return nullptr;
}

}  // namespace switchhook::sim::testing
