#pragma once

#include "audio/converter.hpp"
#include "core/audio_format.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchhook::session {

// What a caller hears while a slow tool runs: somebody who types, or a soft tone now and then. It is made here, so that
// no flow depends on a file for it.
class WaitingSound {
public:
    // `name`: "typing" or "tone". REQUIRES: format.rate is what a telephone has, or more.
    WaitingSound(std::string_view name, core::AudioFormat format);

    // What sounds in the next moments.
    std::string next(std::chrono::milliseconds time);

private:
    std::int16_t sample();
    double typing();
    double tone() const;
    std::uint32_t random();

    bool types_;
    core::AudioFormat format_;
    audio::Converter encoder_;
    std::vector<std::int16_t> samples_;
    std::size_t at_ = 0;        // samples since it began
    std::size_t next_key_ = 0;  // when it is struck
    double loudness_ = 0;       // of the key struck last, from 0 to 1
    double muffled_ = 0;
    std::uint32_t seed_ = 1;
};

}  // namespace switchhook::session
