#include "audio/g711.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace switchhook::audio {
namespace {

constexpr int lowest = std::numeric_limits<std::int16_t>::min();
constexpr int highest = std::numeric_limits<std::int16_t>::max();

// ITU-T G.711, tables 2a and 2b: the value at the decoder's output for the first code of each segment, on a scale of
// 14 bits, here times 4.
TEST(Mulaw, DecodesToTheValuesOfTheStandard) {
    const std::vector<std::pair<int, int>> values{{0x80, 32124}, {0x8f, 16764}, {0x90, 15996}, {0x9f, 8316},
                                                  {0xa0, 7932},  {0xb0, 3900},  {0xc0, 1884},  {0xd0, 876},
                                                  {0xe0, 372},   {0xf0, 120},   {0xfe, 8},     {0xff, 0}};
    for (auto [code, value] : values) {
        EXPECT_EQ(decode_mulaw(static_cast<std::uint8_t>(code)), value) << code;
        EXPECT_EQ(decode_mulaw(static_cast<std::uint8_t>(code & 0x7f)), -value) << code;
    }
}

// Tables 1a and 1b: on a scale of 13 bits, here times 8. The codes are those after the even bits were inverted.
TEST(Alaw, DecodesToTheValuesOfTheStandard) {
    const std::vector<std::pair<int, int>> values{{0xaa, 32256}, {0xa5, 16896}, {0xba, 16128}, {0x8a, 8064},
                                                  {0x9a, 4032},  {0xea, 2016},  {0xfa, 1008},  {0xca, 504},
                                                  {0xda, 248},   {0xd5, 8}};
    for (auto [code, value] : values) {
        EXPECT_EQ(decode_alaw(static_cast<std::uint8_t>(code)), value) << code;
        EXPECT_EQ(decode_alaw(static_cast<std::uint8_t>(code & 0x7f)), -value) << code;
    }
}

TEST(G711, GivesEveryCodeBack) {
    for (int i = 0; i < 256; ++i) {
        const auto code = static_cast<std::uint8_t>(i);
        EXPECT_EQ(encode_mulaw(decode_mulaw(code)), code == 0x7f ? 0xff : code);
        EXPECT_EQ(encode_alaw(decode_alaw(code)), code);
    }
}

TEST(G711, NeverTurnsALouderSampleIntoASofterOne) {
    for (int i = lowest; i < highest; ++i) {
        const auto sample = static_cast<std::int16_t>(i), next = static_cast<std::int16_t>(i + 1);
        EXPECT_LE(decode_mulaw(encode_mulaw(sample)), decode_mulaw(encode_mulaw(next))) << i;
        EXPECT_LE(decode_alaw(encode_alaw(sample)), decode_alaw(encode_alaw(next))) << i;
    }
}

// Between two decision values of the standard lies one output value, in their middle. Sixteen equal steps divide what
// lies between two powers of two; in µ-law those are of the magnitude + 132, and A-law's lowest steps are 16 wide.
TEST(G711, IsOffByHalfAStepAtMost) {
    const auto step = [](int magnitude) {
        return static_cast<int>(std::bit_floor(static_cast<unsigned>(magnitude))) / 16;
    };
    for (int i = lowest; i <= highest; ++i) {
        const auto sample = static_cast<std::int16_t>(i);
        EXPECT_LE(std::abs(decode_alaw(encode_alaw(sample)) - i), std::max(step(std::abs(i)), 16) / 2) << i;
        if (std::abs(i) > 32'635) continue;  // there µ-law clips
        // The two lowest bits are cut off first.
        EXPECT_LE(std::abs(decode_mulaw(encode_mulaw(sample)) - i), step(std::abs(i) + 132) / 2 + 4) << i;
    }
}

TEST(G711, ClipsTheLoudest) {
    EXPECT_EQ(encode_mulaw(highest), 0x80);
    EXPECT_EQ(encode_mulaw(lowest), 0x00);
    EXPECT_EQ(encode_alaw(highest), 0xaa);
    EXPECT_EQ(encode_alaw(lowest), 0x2a);
}

TEST(G711, KnowsSilence) {
    EXPECT_EQ(encode_mulaw(0), static_cast<std::uint8_t>(silence_byte(core::AudioEncoding::mulaw)));
    EXPECT_EQ(encode_alaw(0), static_cast<std::uint8_t>(silence_byte(core::AudioEncoding::alaw)));
    EXPECT_EQ(silence_byte(core::AudioEncoding::pcm16), 0);
}

TEST(G711, ConvertsRowsLikeSingleSamples) {
    std::vector<std::int16_t> samples;
    for (int i = lowest; i <= highest; i += 99) samples.push_back(static_cast<std::int16_t>(i));
    std::string mulaw(samples.size(), ' '), alaw(samples.size(), ' ');
    encode_mulaw(samples, mulaw.data());
    encode_alaw(samples, alaw.data());
    std::vector<std::int16_t> from_mulaw(samples.size()), from_alaw(samples.size());
    decode_mulaw(mulaw, from_mulaw.data());
    decode_alaw(alaw, from_alaw.data());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        EXPECT_EQ(static_cast<std::uint8_t>(mulaw[i]), encode_mulaw(samples[i]));
        EXPECT_EQ(static_cast<std::uint8_t>(alaw[i]), encode_alaw(samples[i]));
        EXPECT_EQ(from_mulaw[i], decode_mulaw(encode_mulaw(samples[i])));
        EXPECT_EQ(from_alaw[i], decode_alaw(encode_alaw(samples[i])));
    }
}

}  // namespace
}  // namespace switchhook::audio
