#pragma once

#include "core/json.hpp"

namespace switchhook::openai {

// Counts the tokens of a conversation.
class TokenUsage {
public:
    // `usage` of a response.done; may be null.
    void add_response(const core::Json& usage);
    // `usage` of a transcription: tokens, or seconds.
    void add_transcription(const core::Json& usage);

    // {input, output, cached, input_audio, output_audio, cached_audio, responses, transcription (tokens),
    // transcription_seconds}; `cached` is part of `input`, and each _audio of what it is named after.
    core::Json json() const;

private:
    long input_ = 0;
    long output_ = 0;
    long cached_ = 0;
    long input_audio_ = 0;
    long output_audio_ = 0;
    long cached_audio_ = 0;
    long responses_ = 0;
    long transcription_ = 0;
    double transcription_seconds_ = 0;
};

}  // namespace switchhook::openai
