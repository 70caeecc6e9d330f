#include "session/waiting_sound.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace switchhook::session {
namespace {

constexpr double peak = 2500;  // of 32767: well below a voice

constexpr double key_fades_in = 0.004;  // s, to a third
constexpr unsigned shortest_ms = 90, longest_ms = 260, pause_ms = 600;
constexpr unsigned keys_per_pause = 8;

constexpr double tone_every = 2.0;   // s
constexpr double tone_length = 0.3;  // s
constexpr double tone_pitch = 440;   // Hz

}  // namespace

WaitingSound::WaitingSound(std::string_view name, core::AudioFormat format)
    : types_(name == "typing"), format_(format), encoder_({core::AudioEncoding::pcm16, format.rate}, format) {}

std::string WaitingSound::next(std::chrono::milliseconds time) {
    samples_.resize(static_cast<std::size_t>(time.count()) * format_.rate / 1000);
    std::generate(samples_.begin(), samples_.end(), [this] { return sample(); });
    std::string_view bytes(reinterpret_cast<const char*>(samples_.data()), samples_.size() * sizeof(std::int16_t));
    return std::string(encoder_.convert(bytes));
}

std::int16_t WaitingSound::sample() {
    auto value = types_ ? typing() : tone();
    ++at_;
    return static_cast<std::int16_t>(peak * value);
}

// A key is a short burst of muffled noise.
double WaitingSound::typing() {
    if (at_ >= next_key_) {
        loudness_ = 0.5 + random() % 512 / 1024.0;
        auto wait = random() % keys_per_pause == 0 ? pause_ms : shortest_ms + random() % (longest_ms - shortest_ms);
        next_key_ = at_ + wait * format_.rate / 1000;
    }
    loudness_ *= 1 - 1 / (key_fades_in * format_.rate);
    auto noise = static_cast<int>(random() % 2048) / 1024.0 - 1;
    muffled_ += 0.5 * (loudness_ * noise - muffled_);
    return muffled_;
}

// Swells and fades, so that it does not click.
double WaitingSound::tone() const {
    auto seconds = static_cast<double>(at_) / format_.rate;
    auto within = std::fmod(seconds, tone_every);
    if (within >= tone_length) return 0;
    return std::sin(std::numbers::pi * within / tone_length) * std::sin(2 * std::numbers::pi * tone_pitch * seconds);
}

std::uint32_t WaitingSound::random() {
    seed_ = seed_ * 1'664'525 + 1'013'904'223;  // Knuth's; its upper bits are the good ones
    return seed_ >> 16;
}

}  // namespace switchhook::session
