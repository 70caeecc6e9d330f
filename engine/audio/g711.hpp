#pragma once

#include "core/audio_format.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace switchhook::audio {

// ITU-T G.711 with 16-bit samples, as the reference code of ITU-T G.191 has it: µ-law uses the upper 14 bits of a
// sample, A-law the upper 13. Decoding and encoding again gives the same byte, but for µ-law's negative zero (0x7f),
// which becomes the positive one (0xff).
std::uint8_t encode_mulaw(std::int16_t sample);
std::uint8_t encode_alaw(std::int16_t sample);
std::int16_t decode_mulaw(std::uint8_t code);
std::int16_t decode_alaw(std::uint8_t code);

// REQUIRES: `to` is as long as what is read, in samples.
void encode_mulaw(std::span<const std::int16_t> samples, char* to);
void encode_alaw(std::span<const std::int16_t> samples, char* to);
void decode_mulaw(std::string_view codes, std::int16_t* to);
void decode_alaw(std::string_view codes, std::int16_t* to);

// A byte of which silence consists: 0xff in µ-law, 0xd5 in A-law, 0 in PCM.
constexpr char silence_byte(core::AudioEncoding encoding) {
    switch (encoding) {
        case core::AudioEncoding::mulaw:
            return static_cast<char>(0xff);
        case core::AudioEncoding::alaw:
            return static_cast<char>(0xd5);
        case core::AudioEncoding::pcm16:
            break;
    }
    return 0;
}

}  // namespace switchhook::audio
