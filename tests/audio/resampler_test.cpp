#include "audio/resampler.hpp"

#include "audio/tone.hpp"

#include <gtest/gtest.h>

#include <random>

namespace switchhook::audio {
namespace {

using Samples = std::vector<std::int16_t>;

Samples resampled(const Samples& samples, unsigned from, unsigned to, std::size_t chunk = 160) {
    Resampler resampler(from, to);
    Samples result;
    for (std::size_t i = 0; i < samples.size(); i += chunk)
        resampler.resample(std::span(samples).subspan(i, std::min(chunk, samples.size() - i)), result);
    resampler.flush(result);
    return result;
}

// To the model and back.
Samples there_and_back(const Samples& samples) {
    return resampled(resampled(samples, 8000, 24'000), 24'000, 8000);
}

Samples noise(std::size_t count) {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> sample(-12'000, 12'000);
    Samples samples(count);
    for (auto& s : samples) s = static_cast<std::int16_t>(sample(random));
    return samples;
}

class BetweenRates : public testing::TestWithParam<std::pair<unsigned, unsigned>> {};

INSTANTIATE_TEST_SUITE_P(Resampler, BetweenRates,
                         testing::Values(std::pair{8000U, 16'000U}, std::pair{8000U, 24'000U},
                                         std::pair{16'000U, 8000U}, std::pair{16'000U, 24'000U},
                                         std::pair{24'000U, 8000U}, std::pair{24'000U, 16'000U}),
                         [](const auto& rates) {
                             return std::to_string(rates.param.first) + "To" + std::to_string(rates.param.second);
                         });

TEST_P(BetweenRates, GivesTheSameHoweverTheStreamIsCut) {
    const auto [from, to] = GetParam();
    const auto input = noise(from / 2);
    const auto whole = resampled(input, from, to, input.size());
    for (std::size_t chunk : {1, 7, 160, 333, 4001}) EXPECT_EQ(resampled(input, from, to, chunk), whole) << chunk;
}

TEST_P(BetweenRates, GivesTwentyMillisecondsForTwentyMilliseconds) {
    const auto [from, to] = GetParam();
    Resampler resampler(from, to);
    const auto input = noise(from / 50);
    for (int frame = 0; frame < 50; ++frame) {
        Samples output;
        resampler.resample(input, output);
        ASSERT_EQ(output.size(), to / 50);
    }
}

TEST_P(BetweenRates, KeepsATonePure) {
    const auto [from, to] = GetParam();
    const auto measured = measure(resampled(tone(1000, from), from, to), 1000, to);
    EXPECT_NEAR(measured.amplitude, 10'000, 5);
    EXPECT_GT(measured.snr(), 80);  // dB; 16 bits themselves leave 87 at this amplitude
}

TEST_P(BetweenRates, SpeaksNoLongerThanItsFilterAfterTheEnd) {
    const auto [from, to] = GetParam();
    Resampler resampler(from, to);
    Samples output, tail;
    resampler.resample(tone(1000, from), output);
    resampler.flush(tail);
    EXPECT_GT(tail.size(), to / 1000);
    EXPECT_LT(tail.size(), to / 1000 * 15);
    EXPECT_LE(std::abs(tail.back()), 1);
    Samples silence;
    resampler.resample(Samples(from / 50), silence);
    EXPECT_EQ(silence, Samples(to / 50)) << "a flushed resampler still sounds of the stream before";
}

TEST(Resampler, KeepsTheTelephoneBandOnTheWayToTheModelAndBack) {
    for (double frequency : {100.0, 300.0, 1000.0, 2000.0, 3000.0, 3300.0, 3400.0}) {
        const auto measured = measure(there_and_back(tone(frequency, 8000)), frequency, 8000);
        EXPECT_NEAR(decibels(measured.amplitude / 10'000), 0, 0.02) << frequency;
        EXPECT_GT(measured.snr(), 78) << frequency;
    }
}

TEST(Resampler, RejectsWhatWouldAliasIntoTheTelephoneBand) {
    for (double frequency : {4050.0, 4100.0, 4500.0, 5000.0, 7000.0, 9000.0, 11'500.0}) {
        const auto rest = loudness(resampled(tone(frequency, 24'000, 30'000), 24'000, 8000));
        EXPECT_LT(decibels(rest / loudness(tone(frequency, 24'000, 30'000))), -85) << frequency;
    }
}

TEST(Resampler, LeavesNoImagesAboveTheTelephoneBand) {
    for (double frequency : {1000.0, 3000.0, 3400.0}) {
        const auto measured = measure(resampled(tone(frequency, 8000, 30'000), 8000, 24'000), frequency, 24'000);
        EXPECT_LT(decibels(measured.rest / 30'000), -90) << frequency;
    }
}

// By the slope of the phase over the frequency, which is the delay of a sound's envelope.
double delay_ms(unsigned from, unsigned to, double frequency) {
    const auto phase = [&](double f) { return measure(resampled(tone(f, from), from, to), f, to).phase; };
    const double span = 20;
    const double turned = std::remainder(phase(frequency + span) - phase(frequency - span), 2 * std::numbers::pi);
    return -turned / (2 * std::numbers::pi * 2 * span) * 1000;
}

TEST(Resampler, DelaysSpeechByLessThanTwoMilliseconds) {
    for (auto [from, to] : {std::pair{8000U, 24'000U}, std::pair{24'000U, 8000U}, std::pair{8000U, 16'000U}}) {
        EXPECT_NEAR(delay_ms(from, to, 500), 0.3, 0.15);
        EXPECT_NEAR(delay_ms(from, to, 1000), 0.35, 0.15);
        EXPECT_NEAR(delay_ms(from, to, 3000), 0.8, 0.2);
        EXPECT_NEAR(delay_ms(from, to, 3380), 1.4, 0.3);
    }
    EXPECT_NEAR(delay_ms(16'000, 24'000, 1000), 0.16, 0.1);
}

TEST(Resampler, ClipsInsteadOfTurningOver) {
    Samples square(8000);
    for (std::size_t i = 0; i < square.size(); ++i)
        square[i] = static_cast<std::int16_t>(i / 20 % 2 == 0 ? 32'767 : -32'768);
    const auto output = resampled(square, 8000, 24'000);
    // Within each half wave, behind the swing of its edge, nothing has the wrong sign.
    for (std::size_t i = 600; i + 60 < 23'000; i += 60)
        for (std::size_t j = 15; j < 55; ++j) ASSERT_GT(output[i + j] * (i / 60 % 2 == 0 ? 1 : -1), 20'000) << i + j;
}

TEST(Resampler, CopiesBetweenEqualRates) {
    const auto input = noise(333);
    EXPECT_EQ(resampled(input, 8000, 8000, 10), input);
}

TEST(Resampler, RefusesRatesThatItDoesNotKnow) {
    EXPECT_THROW(Resampler(44'100, 8000), std::invalid_argument);
}

}  // namespace
}  // namespace switchhook::audio
