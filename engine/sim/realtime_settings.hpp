#pragma once

#include "core/audio_format.hpp"
#include "core/json.hpp"
#include "sim/voice_detector.hpp"

#include <string>

namespace switchhook::sim {

// A session as it is before the client has said anything about it.
core::Json default_realtime_session(const std::string& id, const std::string& model, std::int64_t expires_at);

// Lays an update over a session: only what it names changes, tools and turn detection as a whole.
void update_realtime_session(core::Json& session, const core::Json& update);

// {"type": "audio/pcmu"} and its like, both ways.
core::AudioFormat audio_format_of(const core::Json& format);
core::Json json_of(core::AudioFormat format);

// How turns are found. REQUIRES: `turn_detection` is not null.
VoiceDetector::Options detector_options(const core::Json& turn_detection);

}  // namespace switchhook::sim
