#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace switchhook::core {

// ITU-T G.711's two laws, and signed 16-bit little-endian PCM; always one channel.
enum class AudioEncoding : std::uint8_t { mulaw, alaw, pcm16 };

struct AudioFormat {
    AudioEncoding encoding = AudioEncoding::mulaw;
    unsigned rate = 8000;  // Hz

    constexpr std::size_t bytes_per_sample() const { return encoding == AudioEncoding::pcm16 ? 2 : 1; }
    constexpr std::size_t bytes_of(std::chrono::milliseconds time) const {
        return static_cast<std::size_t>(time.count()) * rate / 1000 * bytes_per_sample();
    }
    // Rounded down.
    constexpr std::chrono::milliseconds time_of(std::size_t bytes) const {
        return std::chrono::milliseconds(bytes / bytes_per_sample() * 1000 / rate);
    }

    bool operator==(const AudioFormat&) const = default;
};

inline constexpr AudioFormat telephone_mulaw{AudioEncoding::mulaw, 8000};
inline constexpr AudioFormat telephone_alaw{AudioEncoding::alaw, 8000};
inline constexpr AudioFormat pcm_24k{AudioEncoding::pcm16, 24'000};
inline constexpr AudioFormat pcm_16k{AudioEncoding::pcm16, 16'000};

}  // namespace switchhook::core
