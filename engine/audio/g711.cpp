#include "audio/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace switchhook::audio {
namespace {

// A magnitude is a segment, each twice as wide as the one below, and one of 16 steps within it.

// `sample` has 14 bits. The segments are those of magnitude + 33.
constexpr std::uint8_t compress_mulaw(int sample) {
    const bool negative = sample < 0;
    const unsigned magnitude = std::min(static_cast<unsigned>(negative ? ~sample : sample) + 33, 0x1fffU);
    const auto segment = static_cast<unsigned>(std::bit_width(magnitude)) - 6;
    const unsigned step = (magnitude >> (segment + 1)) & 0xf;
    // All bits are inverted, so that silence is a run of ones.
    return static_cast<std::uint8_t>(~((negative ? 0x80U : 0U) | segment << 4 | step));
}

// `sample` has 13 bits, of which the lowest is not looked at. The two lowest segments are equally wide.
constexpr std::uint8_t compress_alaw(int sample) {
    const bool negative = sample < 0;
    const auto magnitude = static_cast<unsigned>(negative ? ~sample : sample) >> 1;
    const auto width = static_cast<unsigned>(std::bit_width(magnitude));
    const unsigned segment = width <= 4 ? 0 : width - 4;
    const unsigned step = (segment <= 1 ? magnitude : magnitude >> (segment - 1)) & 0xf;
    // Every other bit is inverted, and the sign bit is set for what is positive.
    return static_cast<std::uint8_t>(((negative ? 0U : 0x80U) | segment << 4 | step) ^ 0x55U);
}

constexpr std::int16_t expand_mulaw(std::uint8_t code) {
    const unsigned bits = ~static_cast<unsigned>(code);
    const unsigned segment = (bits >> 4) & 7, step = bits & 0xf;
    const int magnitude = static_cast<int>(((step << 3) + 132) << segment) - 132;
    return static_cast<std::int16_t>((bits & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr std::int16_t expand_alaw(std::uint8_t code) {
    const unsigned bits = code ^ 0x55U;
    const unsigned segment = (bits >> 4) & 7, step = bits & 0xf;
    const unsigned in_segment = (step << 4) + 8;
    const int magnitude = static_cast<int>(segment == 0 ? in_segment : (in_segment + 256) << (segment - 1));
    return static_cast<std::int16_t>((bits & 0x80) != 0 ? magnitude : -magnitude);
}

// Indexed by the upper bits of the sample, as an unsigned number.
template <unsigned bits>
constexpr auto make_encoder(std::uint8_t (*compress)(int)) {
    std::array<std::uint8_t, 1U << bits> table{};
    constexpr int half = 1 << (bits - 1);
    for (int sample = -half; sample < half; ++sample)
        table[static_cast<unsigned>(sample) & (table.size() - 1)] = compress(sample);
    return table;
}

constexpr auto make_decoder(std::int16_t (*expand)(std::uint8_t)) {
    std::array<std::int16_t, 256> table{};
    for (unsigned code = 0; code < table.size(); ++code) table[code] = expand(static_cast<std::uint8_t>(code));
    return table;
}

constexpr auto mulaw_of = make_encoder<14>(compress_mulaw);
constexpr auto alaw_of = make_encoder<13>(compress_alaw);
constexpr auto mulaw_value = make_decoder(expand_mulaw);
constexpr auto alaw_value = make_decoder(expand_alaw);

constexpr std::size_t upper_bits(std::int16_t sample, unsigned bits) {
    return static_cast<std::uint16_t>(sample) >> (16 - bits);
}

}  // namespace

std::uint8_t encode_mulaw(std::int16_t sample) {
    return mulaw_of[upper_bits(sample, 14)];
}

std::uint8_t encode_alaw(std::int16_t sample) {
    return alaw_of[upper_bits(sample, 13)];
}

std::int16_t decode_mulaw(std::uint8_t code) {
    return mulaw_value[code];
}

std::int16_t decode_alaw(std::uint8_t code) {
    return alaw_value[code];
}

void encode_mulaw(std::span<const std::int16_t> samples, char* to) {
    for (auto sample : samples) *to++ = static_cast<char>(mulaw_of[upper_bits(sample, 14)]);
}

void encode_alaw(std::span<const std::int16_t> samples, char* to) {
    for (auto sample : samples) *to++ = static_cast<char>(alaw_of[upper_bits(sample, 13)]);
}

void decode_mulaw(std::string_view codes, std::int16_t* to) {
    for (auto code : codes) *to++ = mulaw_value[static_cast<std::uint8_t>(code)];
}

void decode_alaw(std::string_view codes, std::int16_t* to) {
    for (auto code : codes) *to++ = alaw_value[static_cast<std::uint8_t>(code)];
}

}  // namespace switchhook::audio
