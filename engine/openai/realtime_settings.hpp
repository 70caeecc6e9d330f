#pragma once

#include "core/audio_format.hpp"
#include "core/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace switchhook::openai {

// A conversation's settings as the Realtime API wants them.
struct RealtimeSettings {
    std::string model;   // goes into the URL: a session cannot change it
    core::Json session;  // of session.update
    core::AudioFormat format;
    std::string greeting;  // may be empty
    bool greeting_interruptible = true;
    bool interruptible = true;
    core::Json history = core::Json::array();  // of a conversation that broke off: core::AgentProvider::open
};

// `settings` are the options of the `converse` ask (engine/README.md). Where they name no audio, the model speaks the
// caller's own format if it can.
RealtimeSettings read_settings(const core::Json& settings, core::AudioFormat caller);

// The turn detection of a session, which answers and lets itself be interrupted on its own only where `acts`.
core::Json turn_detection_of(const RealtimeSettings& settings, bool acts);

// As audio.input.format and audio.output.format name it; nothing for a format that the API does not know.
std::optional<core::AudioFormat> format_of(const core::Json& format);

// What a session says of itself that is not what it was asked for, as "audio.output.voice". Members that it leaves out
// count as granted, and so do defaults that it adds.
std::vector<std::string> differences(const core::Json& asked, const core::Json& echoed);

}  // namespace switchhook::openai
