#include "sim/speech.hpp"

#include "awaited.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace std::chrono_literals;
using sim::tones_for;

TEST(Speech, LastsAboutAsLongAsAVoiceTakes) {
    auto length = core::telephone_mulaw.time_of(tones_for("A table for four, please.", core::telephone_mulaw).size());
    EXPECT_GT(length, 1500ms);
    EXPECT_LT(length, 2500ms);
}

TEST(Speech, SoundsTheSameForTheSameWords) {
    EXPECT_EQ(tones_for("Hello there.", core::pcm_24k), tones_for("Hello there.", core::pcm_24k));
    EXPECT_NE(tones_for("Hello there.", core::pcm_24k), tones_for("Hello thorn.", core::pcm_24k));
    EXPECT_EQ(tones_for("", core::pcm_24k), "");
}

TEST(Speech, TakesAsLongInEveryFormat) {
    auto mulaw = tones_for("Hello there.", core::telephone_mulaw);
    EXPECT_EQ(tones_for("Hello there.", core::telephone_alaw).size(), mulaw.size());
    EXPECT_EQ(tones_for("Hello there.", core::pcm_24k).size(), mulaw.size() * 6);
}

// By espeak-ng or, where that is missing, by tones.
TEST(Speech, HasAVoiceForEveryText) {
    boost::asio::io_context context;
    auto voice = tests::run(context, sim::voice_for("A table for four, please.", core::telephone_mulaw));
    auto length = core::telephone_mulaw.time_of(voice.size());
    EXPECT_GT(length, 800ms);
    EXPECT_LT(length, 4s);
}
