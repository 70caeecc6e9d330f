#include "openai/token_usage.hpp"

#include "openai/json_members.hpp"

namespace switchhook::openai {

void TokenUsage::add_response(const core::Json& usage) {
    ++responses_;
    const auto& in = member(usage, "input_token_details");
    const auto& out = member(usage, "output_token_details");
    input_ += integer(usage, "input_tokens");
    output_ += integer(usage, "output_tokens");
    cached_ += integer(in, "cached_tokens");
    input_audio_ += integer(in, "audio_tokens");
    output_audio_ += integer(out, "audio_tokens");
    cached_audio_ += integer(member(in, "cached_tokens_details"), "audio_tokens");
}

void TokenUsage::add_transcription(const core::Json& usage) {
    transcription_ += integer(usage, "total_tokens");
    if (const auto& seconds = member(usage, "seconds"); seconds.is_number())
        transcription_seconds_ += seconds.get<double>();
}

core::Json TokenUsage::json() const {
    return {{"input", input_},
            {"output", output_},
            {"cached", cached_},
            {"input_audio", input_audio_},
            {"output_audio", output_audio_},
            {"cached_audio", cached_audio_},
            {"responses", responses_},
            {"transcription", transcription_},
            {"transcription_seconds", transcription_seconds_}};
}

}  // namespace switchhook::openai
