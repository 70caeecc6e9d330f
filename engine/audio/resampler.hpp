#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace switchhook::audio {

struct ResamplerFilter;

// Converts a stream of 16-bit samples, one channel, between two of 8, 16 and 24 kHz.
//
// The filter is libsoxr's: 15 bits, minimum phase, flat up to 85 % of the lower Nyquist frequency (3.4 kHz at 8 kHz)
// and closed from there on to 100 %. It delays speech by 0.3 ms at 1 kHz and 1.5 ms at 3.4 kHz (half of it between 16
// and 24 kHz). libsoxr itself runs filters over blocks: with this one it holds back 17 ms of audio on average and 33 ms
// at most, and 16 ms with the shortest that it has. So libsoxr is asked for the filter's impulse response once, and the
// stream is convolved with that here, sample by sample: nothing is held back, and 20 ms in give 20 ms out.
//
// How a stream is cut into chunks makes no difference to what comes out. There is no dither.
class Resampler {
public:
    // Rates in Hz. REQUIRES: each is 8000, 16000 or 24000.
    Resampler(unsigned from, unsigned to);

    // Appends what these samples give: in all, as many as went in × to / from, rounded up.
    void resample(std::span<const std::int16_t> samples, std::vector<std::int16_t>& to);

    // Appends what still sounds in the filter after the last sample, about 10 ms, and begins anew.
    void flush(std::vector<std::int16_t>& to);

private:
    std::shared_ptr<const ResamplerFilter> filter_;
    std::vector<float> recent_;  // input: as many samples as the filter reaches back, then the current chunk
    std::size_t position_ = 0;   // of the next output sample, after the first current one, in 1/up of an input sample
};

}  // namespace switchhook::audio
