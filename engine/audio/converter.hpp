#pragma once

#include "audio/resampler.hpp"
#include "core/audio_format.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::audio {

// Turns a stream of one format into another: decodes, resamples, encodes. Between equal formats it touches nothing.
class Converter {
public:
    // REQUIRES: the rates are 8000, 16000 or 24000 Hz where they differ.
    Converter(core::AudioFormat from, core::AudioFormat to);

    // What these bytes give, valid until the next call; the very bytes that came in where the formats are equal. A
    // chunk may end within a sample: its first byte is kept for the next.
    std::string_view convert(std::string_view bytes);

    // What still sounds in the resampler after the end of the stream, about 10 ms; then a new stream may begin.
    std::string_view flush();

    bool passes_through() const { return from_ == to_; }

private:
    void decode(std::string_view bytes);
    std::string_view encode(const std::vector<std::int16_t>& samples);

    core::AudioFormat from_;
    core::AudioFormat to_;
    std::optional<Resampler> resampler_;
    std::optional<char> half_;  // the first byte of a sample of which the second has not come
    std::vector<std::int16_t> samples_;
    std::vector<std::int16_t> resampled_;
    std::string encoded_;
};

}  // namespace switchhook::audio
