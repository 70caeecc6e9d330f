#include "openai/spoken_format.hpp"

#include "audio/converter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace switchhook;
using namespace switchhook::openai;

namespace {

// Something like voice: a few harmonics that rise and fall, and breath.
std::string voice(core::AudioFormat format, unsigned ms) {
    std::mt19937 random(7);
    std::normal_distribution<double> breath(0, 200);
    std::string pcm;
    const double rate = 24'000;
    for (unsigned i = 0; i < rate * ms / 1000; ++i) {
        double t = i / rate;
        double loud = 0.6 + 0.4 * std::sin(t * 20);
        double sample = breath(random);
        for (int harmonic = 1; harmonic <= 8; ++harmonic)
            sample += loud * 6000 / harmonic * std::sin(2 * 3.14159265 * 140 * harmonic * t);
        auto value = static_cast<std::int16_t>(sample);
        pcm += static_cast<char>(value & 0xff);
        pcm += static_cast<char>(value >> 8 & 0xff);
    }
    audio::Converter converter(core::pcm_24k, format);
    return std::string(converter.convert(pcm));
}

constexpr core::AudioFormat formats[] = {core::telephone_mulaw, core::telephone_alaw, core::pcm_24k};

}  // namespace

TEST(SpokenFormat, IsNoticedWithinATenthOfASecondOfVoice) {
    for (auto asked : {core::telephone_mulaw, core::telephone_alaw}) {
        SpokenFormat format(asked);
        auto audio = voice(core::pcm_24k, 100);
        int changes = 0;
        for (std::size_t at = 0; at < audio.size(); at += 160) changes += format.look_at(audio.substr(at, 160));
        EXPECT_EQ(changes, 1);
        EXPECT_EQ(format.format(), core::pcm_24k);
    }
}

TEST(SpokenFormat, IsNotDoubtedWhereItIsWhatWasAskedFor) {
    for (auto asked : formats) {
        SpokenFormat format(asked);
        auto audio = voice(asked, 3000);
        for (std::size_t at = 0; at < audio.size(); at += 400) EXPECT_FALSE(format.look_at(audio.substr(at, 400)));
        EXPECT_EQ(format.format(), asked);
    }
}

TEST(SpokenFormat, IsNotDoubtedForNoiseOrSilence) {
    std::mt19937 random(7);
    for (auto expected : formats) {
        SpokenFormat format(expected);
        std::string noise(20'000, '\0');
        for (auto& byte : noise) byte = static_cast<char>(random());
        EXPECT_FALSE(format.look_at(noise));
        for (char silence : {'\0', '\xff', '\xd5', '\x7f'}) EXPECT_FALSE(format.look_at(std::string(4000, silence)));
        EXPECT_EQ(format.format(), expected);
    }
}

TEST(SpokenFormat, IsFoundAfterSilence) {
    SpokenFormat format(core::telephone_mulaw);
    format.look_at(std::string(4800, '\0'));
    format.look_at(voice(core::pcm_24k, 100));
    EXPECT_EQ(format.format(), core::pcm_24k);
}
