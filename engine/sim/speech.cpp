#include "sim/speech.hpp"

#include "audio/converter.hpp"
#include "sim/player_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace switchhook::sim {
namespace {

constexpr unsigned rate = 8000;

std::string bytes_of(const std::vector<std::int16_t>& samples) {
    std::string bytes;
    bytes.reserve(samples.size() * 2);
    for (auto sample : samples) {
        bytes += static_cast<char>(sample & 0xff);
        bytes += static_cast<char>((sample >> 8) & 0xff);
    }
    return bytes;
}

// A word of so many letters: its pitch follows from them, and its sound swells and fades so that nothing clicks.
void append_tone(std::vector<std::int16_t>& samples, std::string_view word) {
    unsigned letters = 0;
    for (unsigned char letter : word) letters = letters * 31 + letter;
    const double pitch = 180 + letters % 16 * 15;
    const auto count = (word.size() + 1) * static_cast<std::size_t>(per_character.count()) * rate / 1000;
    const double fade = std::min<double>(80, static_cast<double>(count) / 2);
    for (std::size_t i = 0; i < count; ++i) {
        auto at = static_cast<double>(i);
        auto from_edge = std::min(at, static_cast<double>(count) - at);
        auto loudness = 8000 * std::min(1.0, from_edge / fade);
        samples.push_back(static_cast<std::int16_t>(loudness * std::sin(2 * std::numbers::pi * pitch * at / rate)));
    }
}

}  // namespace

std::string tones_for(std::string_view text, core::AudioFormat format) {
    std::vector<std::int16_t> samples;
    while (!text.empty()) {
        auto end = std::min(text.find(' '), text.size());
        if (end > 0) append_tone(samples, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    audio::Converter converter({core::AudioEncoding::pcm16, rate}, format);
    return std::string(converter.convert(bytes_of(samples)));
}

}  // namespace switchhook::sim
