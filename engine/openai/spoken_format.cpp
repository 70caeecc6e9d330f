#include "openai/spoken_format.hpp"

#include "audio/g711.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

namespace switchhook::openai {
namespace {

// In bytes, whatever the format.
constexpr std::size_t enough = 480;
constexpr std::size_t first_second = 48'000;

constexpr double noise = 1.0;
constexpr double voice = 0.6;

std::vector<std::int16_t> decoded(std::string_view bytes, core::AudioEncoding encoding) {
    std::vector<std::int16_t> samples;
    if (encoding == core::AudioEncoding::pcm16) {
        samples.resize(bytes.size() / 2);
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = static_cast<std::int16_t>(static_cast<unsigned char>(bytes[2 * i]) |
                                                   static_cast<unsigned char>(bytes[2 * i + 1]) << 8);
        return samples;
    }
    samples.resize(bytes.size());
    if (encoding == core::AudioEncoding::mulaw)
        audio::decode_mulaw(bytes, samples.data());
    else
        audio::decode_alaw(bytes, samples.data());
    return samples;
}

// How much neighbours differ, against how much all differ from their mean: 1.4 for white noise, 0 for what does not
// change at all. Nothing can be said of silence: it is infinitely rough.
double roughness(std::string_view bytes, core::AudioEncoding encoding) {
    auto samples = decoded(bytes, encoding);
    double mean = 0;
    for (auto sample : samples) mean += sample;
    mean /= static_cast<double>(samples.size());
    double steps = 0;
    double size = 0;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        steps += std::abs(samples[i] - samples[i - 1]);
        size += std::abs(samples[i] - mean);
    }
    constexpr double audible = 64;
    if (size < audible * static_cast<double>(samples.size())) return std::numeric_limits<double>::infinity();
    return steps / size;
}

}  // namespace

bool SpokenFormat::look_at(std::string_view audio) {
    if (judged_ >= first_second) return false;
    heard_.append(audio.substr(0, first_second));
    if (heard_.size() < enough) return false;
    if (heard_.size() % 2 != 0) heard_.pop_back();
    judged_ += heard_.size();
    bool changed = false;
    auto as_expected = roughness(heard_, format_.encoding);
    if (as_expected > noise && std::isfinite(as_expected))
        for (auto other : {core::pcm_24k, core::telephone_mulaw, core::telephone_alaw})
            if (other.encoding != format_.encoding && roughness(heard_, other.encoding) < voice) {
                format_ = other;
                changed = true;
                break;
            }
    heard_.clear();
    if (changed || judged_ >= first_second) heard_.shrink_to_fit();
    return changed;
}

}  // namespace switchhook::openai
