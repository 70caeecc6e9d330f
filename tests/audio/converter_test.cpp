#include "audio/converter.hpp"

#include "audio/g711.hpp"
#include "audio/tone.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace switchhook::audio {
namespace {

using core::AudioEncoding;
using core::AudioFormat;

std::string pcm_bytes(const std::vector<std::int16_t>& samples) {
    return {reinterpret_cast<const char*>(samples.data()), samples.size() * 2};
}

std::vector<std::int16_t> pcm_samples(std::string_view bytes) {
    std::vector<std::int16_t> samples(bytes.size() / 2);
    std::memcpy(samples.data(), bytes.data(), samples.size() * 2);
    return samples;
}

std::string mulaw_bytes(const std::vector<std::int16_t>& samples) {
    std::string bytes(samples.size(), ' ');
    encode_mulaw(samples, bytes.data());
    return bytes;
}

std::string converted(AudioFormat from, AudioFormat to, std::string_view bytes, std::size_t chunk) {
    Converter converter(from, to);
    std::string result;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size())))
        result += converter.convert(bytes.substr(0, chunk));
    result += converter.flush();
    return result;
}

TEST(Converter, ReturnsTheVeryBytesBetweenEqualFormats) {
    for (auto format : {core::telephone_mulaw, core::telephone_alaw, core::pcm_24k}) {
        Converter converter(format, format);
        const std::string bytes = "any bytes, also an odd number";
        const auto result = converter.convert(bytes);
        EXPECT_TRUE(converter.passes_through());
        EXPECT_EQ(result.data(), bytes.data());
        EXPECT_EQ(result.size(), bytes.size());
        EXPECT_TRUE(converter.flush().empty());
    }
}

TEST(Converter, MakesAFrameOfTheTelephoneOneOfTheModel) {
    Converter up(core::telephone_mulaw, core::pcm_24k), down(core::pcm_24k, core::telephone_mulaw);
    for (int i = 0; i < 10; ++i) {
        const auto frame = up.convert(std::string(160, '\x35'));
        ASSERT_EQ(frame.size(), 960U);
        ASSERT_EQ(down.convert(frame).size(), 160U);
    }
}

TEST(Converter, KeepsSpeechAsCleanAsG711CarriesIt) {
    const auto input = tone(1020, 8000, 8000);
    const auto there = converted(core::telephone_mulaw, core::pcm_24k, mulaw_bytes(input), 160);
    const auto back = converted(core::pcm_24k, core::telephone_mulaw, there, 960);
    std::vector<std::int16_t> samples(back.size());
    decode_mulaw(back, samples.data());
    // A µ-law coder alone gives about 38 dB; two in a row, which this is, 3 less.
    EXPECT_GT(measure(samples, 1020, 8000).snr(), 34);
}

TEST(Converter, GivesTheSameHoweverTheStreamIsCut) {
    const auto input = tone(700, 24'000, 9000, 0.2);
    const auto bytes = pcm_bytes(input);
    for (auto to : {core::telephone_mulaw, core::telephone_alaw, core::pcm_16k}) {
        const auto whole = converted(core::pcm_24k, to, bytes, bytes.size());
        for (std::size_t chunk : {1, 2, 3, 5, 159, 960, 961})
            EXPECT_EQ(converted(core::pcm_24k, to, bytes, chunk), whole) << chunk;
    }
}

TEST(Converter, TranslatesBetweenTheTwoLaws) {
    Converter to_alaw(core::telephone_mulaw, core::telephone_alaw);
    const auto alaw = to_alaw.convert(mulaw_bytes({0, 1000, -1000, 20'000}));
    ASSERT_EQ(alaw.size(), 4U);
    const int expected[]{0, 1000, -1000, 20'000};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(decode_alaw(static_cast<std::uint8_t>(alaw[i])), expected[i], 16 + std::abs(expected[i]) / 16);
}

TEST(Converter, DecodesAndEncodesWithoutResampling) {
    const std::vector<std::int16_t> samples{0, 4, -4, 30'000, -30'000};
    Converter decode(core::telephone_mulaw, {AudioEncoding::pcm16, 8000});
    const auto decoded = pcm_samples(decode.convert(mulaw_bytes(samples)));
    ASSERT_EQ(decoded.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(decoded[i], decode_mulaw(encode_mulaw(samples[i])));
}

TEST(Converter, DropsHalfASampleAtTheEndOfAStream) {
    Converter converter({AudioEncoding::pcm16, 8000}, core::telephone_mulaw);
    EXPECT_EQ(converter.convert("\x01").size(), 0U);
    converter.flush();
    const auto bytes = converter.convert(pcm_bytes({12'000}));
    ASSERT_EQ(bytes.size(), 1U);
    EXPECT_EQ(static_cast<std::uint8_t>(bytes[0]), encode_mulaw(12'000));
}

}  // namespace
}  // namespace switchhook::audio
