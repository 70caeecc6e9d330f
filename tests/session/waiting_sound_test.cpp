#include "session/waiting_sound.hpp"

#include "audio/g711.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace switchhook;
using namespace switchhook::session;
using namespace std::chrono_literals;

namespace {

std::vector<std::int16_t> heard(WaitingSound& sound, std::chrono::milliseconds time) {
    auto bytes = sound.next(time);
    std::vector<std::int16_t> samples(bytes.size());
    audio::decode_mulaw(bytes, samples.data());
    return samples;
}

bool is_silent(std::int16_t sample) {
    return std::abs(sample) < 100;
}

}  // namespace

TEST(WaitingSound, IsAsLongAsItWasAskedToBe) {
    WaitingSound mulaw("tone", core::telephone_mulaw);
    EXPECT_EQ(mulaw.next(100ms).size(), 800U);
    WaitingSound pcm("typing", core::pcm_24k);
    EXPECT_EQ(pcm.next(100ms).size(), 4800U);
}

TEST(WaitingSound, IsSoftAndLeavesPauses) {
    for (const char* name : {"tone", "typing"}) {
        WaitingSound sound(name, core::telephone_mulaw);
        auto samples = heard(sound, 4s);
        auto loudest = *std::max_element(samples.begin(), samples.end());
        EXPECT_GT(loudest, 500) << name;
        EXPECT_LT(loudest, 3000) << name;
        EXPECT_GT(std::count_if(samples.begin(), samples.end(), is_silent), 8000 * 2) << name;
    }
}

TEST(WaitingSound, GoesOnWhereItWas) {
    for (const char* name : {"tone", "typing"}) {
        WaitingSound whole(name, core::telephone_mulaw), parts(name, core::telephone_mulaw);
        std::string pieces;
        for (int i = 0; i < 10; ++i) pieces += parts.next(100ms);
        EXPECT_EQ(pieces, whole.next(1s)) << name;
    }
}

TEST(WaitingSound, TonesComeEveryTwoSeconds) {
    WaitingSound sound("tone", core::telephone_mulaw);
    auto samples = heard(sound, 4s);
    auto sounds = [&](std::size_t from, std::size_t to) {
        return !std::all_of(samples.begin() + static_cast<long>(from), samples.begin() + static_cast<long>(to),
                            is_silent);
    };
    EXPECT_TRUE(sounds(0, 2400));
    EXPECT_FALSE(sounds(2400, 16000));
    EXPECT_TRUE(sounds(16000, 18400));
}

TEST(WaitingSound, TypingIsManyKeys) {
    WaitingSound sound("typing", core::telephone_mulaw);
    auto samples = heard(sound, 5s);
    int keys = 0;
    for (std::size_t i = 0, quiet = 800; i < samples.size(); ++i) {
        if (is_silent(samples[i])) {
            ++quiet;
            continue;
        }
        if (quiet > 400) ++keys;
        quiet = 0;
    }
    EXPECT_GT(keys, 12);
    EXPECT_LT(keys, 50);
}
