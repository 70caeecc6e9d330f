#pragma once

#include <optional>
#include <string>
#include <string_view>

// The two messages that come 50 times a second: they are written and read without a JSON document in between.
namespace switchhook::openai {

// An input_audio_buffer.append of these bytes.
std::string append_message(std::string_view audio);

// A response.output_audio.delta; the views are into the message.
struct AudioDelta {
    std::string_view response;
    std::string_view item;
    std::string_view audio;  // base64
};

// Nothing where the message is something else, or holds more than a plain object of plain strings and numbers.
std::optional<AudioDelta> read_audio_delta(std::string_view message);

}  // namespace switchhook::openai
