#include "twilio/caller_audio.hpp"

#include <gtest/gtest.h>

using namespace switchhook::twilio;
using namespace std::chrono_literals;

namespace {

const std::string piece(160, 'a');

StreamMedia media(std::int64_t chunk, std::chrono::milliseconds timestamp) {
    return {piece, chunk, timestamp};
}

std::string quiet(std::chrono::milliseconds time) {
    return std::string(static_cast<std::size_t>(time.count()) * 8, '\xff');
}

}  // namespace

TEST(CallerAudio, GivesPiecesAsTheyCome) {
    CallerAudio caller;
    EXPECT_EQ(caller.take(media(1, 73ms)), piece) << "a stream may begin late";
    EXPECT_EQ(caller.take(media(2, 93ms)), piece);
    EXPECT_EQ(caller.take(media(3, 118ms)), piece) << "timestamps waver";
    EXPECT_EQ(caller.take(media(4, 131ms)), piece);
}

TEST(CallerAudio, FillsAGapWithSilence) {
    CallerAudio caller;
    caller.take(media(1, 0ms));
    EXPECT_EQ(caller.take(media(4, 60ms)), quiet(40ms) + piece);
    EXPECT_EQ(caller.take(media(5, 80ms)), piece);
    EXPECT_EQ(caller.take(media(6, 600ms)), quiet(500ms) + piece) << "the carrier sent nothing meanwhile";
}

TEST(CallerAudio, CountsPiecesWhereTimestampsWaver) {
    CallerAudio caller;
    caller.take(media(1, 4ms));
    EXPECT_EQ(caller.take(media(3, 40ms)), quiet(20ms) + piece);
    EXPECT_EQ(caller.take(media(4, 60ms)), piece);
}

TEST(CallerAudio, FillsNoMoreThanTenSeconds) {
    CallerAudio caller;
    caller.take(media(1, 0ms));
    EXPECT_EQ(caller.take(media(2, 3'600'000ms)), quiet(10s) + piece);
    EXPECT_EQ(caller.take(media(3, 3'600'020ms)), piece);
}

TEST(CallerAudio, FillsNothingTwice) {
    CallerAudio caller;
    caller.take(media(1, 0ms));
    EXPECT_EQ(caller.silence(1s), quiet(1s));
    EXPECT_EQ(caller.take(media(2, 900ms)), piece) << "the silence was given already";
    EXPECT_EQ(caller.take(media(3, 920ms)), piece);
    EXPECT_EQ(caller.take(media(4, 1040ms)), quiet(100ms) + piece) << "and the next gap is filled whole";
}
