#include "openai/spoken_format.hpp"

#include "audio/g711.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

namespace switchhook::openai {
namespace {

// In bytes: 20 ms of PCM, and a second.
constexpr std::size_t enough = 960;
constexpr std::size_t beginning = 48'000;

// Real speech that is taken for what it is has at most half the roughness that it has otherwise. (Speech in G.711 that
// is taken for PCM has 0.4 and more, and in most places less taken for G.711.)
constexpr double smooth = 0.5;
constexpr double clearly = 2.5;

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
    if (judged_ >= beginning || format_.encoding == core::AudioEncoding::pcm16) return false;
    heard_.append(audio);
    if (heard_.size() < enough) return false;
    const auto window = std::string_view(heard_).substr(0, std::min(heard_.size() & ~std::size_t{1}, beginning));
    const auto as_asked = roughness(window, format_.encoding);
    const auto as_pcm = roughness(window, core::AudioEncoding::pcm16);
    judged_ += heard_.size();
    heard_ = {};
    if (as_pcm >= smooth || as_asked < clearly * as_pcm) return false;
    format_ = core::pcm_24k;
    return true;
}

}  // namespace switchhook::openai
