#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace switchhook::audio {

inline std::vector<std::int16_t> tone(double frequency, unsigned rate, double amplitude = 10'000, double seconds = 1) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(seconds * rate));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(
            std::lround(amplitude * std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i) /
                                             static_cast<double>(rate))));
    return samples;
}

// How much of one frequency is in a signal, and how much of anything else. The beginning and the end, where filters
// swing in and out, are left out.
struct Spectral {
    double amplitude;  // of the frequency
    double phase;      // rad, of sin(2πft + phase)
    double rest;       // RMS of all else
    double snr() const { return 20 * std::log10(amplitude / std::numbers::sqrt2 / std::max(rest, 1e-9)); }  // dB
};

// The best fit of a sine, by least squares.
inline Spectral measure(std::span<const std::int16_t> samples, double frequency, unsigned rate) {
    const std::size_t begin = samples.size() / 4, end = samples.size() * 3 / 4;
    const double step = 2 * std::numbers::pi * frequency / static_cast<double>(rate);
    double xs = 0, xc = 0, ss = 0, cc = 0, sc = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const double s = std::sin(step * static_cast<double>(i)), c = std::cos(step * static_cast<double>(i));
        xs += samples[i] * s, xc += samples[i] * c, ss += s * s, cc += c * c, sc += s * c;
    }
    const double determinant = ss * cc - sc * sc;
    const double a = (xs * cc - xc * sc) / determinant, b = (xc * ss - xs * sc) / determinant;
    double rest = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const double t = step * static_cast<double>(i);
        rest += std::pow(samples[i] - a * std::sin(t) - b * std::cos(t), 2);
    }
    return {std::hypot(a, b), std::atan2(b, a), std::sqrt(rest / static_cast<double>(end - begin))};
}

// RMS of a signal without its ends.
inline double loudness(std::span<const std::int16_t> samples) {
    double sum = 0;
    const std::size_t begin = samples.size() / 4, end = samples.size() * 3 / 4;
    for (std::size_t i = begin; i < end; ++i) sum += static_cast<double>(samples[i]) * samples[i];
    return std::sqrt(sum / static_cast<double>(end - begin));
}

inline double decibels(double ratio) {
    return 20 * std::log10(std::max(ratio, 1e-9));
}

}  // namespace switchhook::audio
