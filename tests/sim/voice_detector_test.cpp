#include "sim/voice_detector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
using switchhook::sim::VoiceDetector;
using ::testing::IsEmpty;

namespace {

std::vector<std::int16_t> sound(std::chrono::milliseconds time, std::int16_t loudness) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(time.count()) * 8);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(i % 2 ? loudness : -loudness);
    return samples;
}

}  // namespace

TEST(VoiceDetector, TellsWhenSpeechBeginsAndEndsOnTheClockOfTheAudio) {
    VoiceDetector detector;
    detector.configure({.prefix_padding = 100ms, .silence = 400ms});
    EXPECT_THAT(detector.hear(sound(1s, 0), 8000), IsEmpty());
    auto changes = detector.hear(sound(1s, 4000), 8000);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_TRUE(changes[0].speaks);
    EXPECT_EQ(changes[0].at, 900ms);
    changes = detector.hear(sound(1s, 0), 8000);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_FALSE(changes[0].speaks);
    EXPECT_EQ(changes[0].at, 2400ms);
}

TEST(VoiceDetector, TakesNeitherClicksNorHumForSpeech) {
    VoiceDetector detector;
    for (int i = 0; i < 10; ++i) {
        EXPECT_THAT(detector.hear(sound(40ms, 8000), 8000), IsEmpty());
        EXPECT_THAT(detector.hear(sound(100ms, 300), 8000), IsEmpty());
    }
}

TEST(VoiceDetector, LetsASpeakerBreathe) {
    VoiceDetector detector;
    detector.configure({.silence = 500ms});
    detector.hear(sound(300ms, 4000), 8000);
    EXPECT_THAT(detector.hear(sound(480ms, 0), 8000), IsEmpty());
    EXPECT_THAT(detector.hear(sound(300ms, 4000), 8000), IsEmpty());
    EXPECT_TRUE(detector.speaks());
}

TEST(VoiceDetector, HearsNoMoreThanTheThresholdLetsThrough) {
    VoiceDetector detector;
    detector.configure({.threshold = 0.9});
    EXPECT_THAT(detector.hear(sound(1s, 800), 8000), IsEmpty());
    detector.configure({.threshold = 0.5});
    EXPECT_EQ(detector.hear(sound(1s, 800), 8000).size(), 1u);
}
