#include "sim/playout_buffer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::sim;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::string sound(std::chrono::milliseconds length, char with = 'a') {
    return std::string(static_cast<std::size_t>(length.count()) * 8, with);
}

}  // namespace

TEST(PlayoutBuffer, PlaysAtThePaceOfSpeechHoweverFastItIsFilled) {
    PlayoutBuffer buffer;
    buffer.advance(100ms);
    EXPECT_TRUE(buffer.play(sound(1000ms)));
    EXPECT_EQ(buffer.heard(), 0ms);
    EXPECT_EQ(buffer.queued(), 1000ms);
    buffer.advance(120ms);  // the next frame begins
    buffer.advance(607ms);
    EXPECT_EQ(buffer.heard(), 487ms);
    EXPECT_EQ(buffer.queued(), 513ms);
    buffer.advance(2000ms);
    EXPECT_EQ(buffer.heard(), 1000ms);
    EXPECT_FALSE(buffer.playing());
    EXPECT_EQ(buffer.quiet_for(), 880ms);
}

TEST(PlayoutBuffer, ReturnsAMarkOnceAllBeforeItWasPlayed) {
    PlayoutBuffer buffer;
    buffer.play(sound(50ms));
    buffer.mark("first");
    buffer.play(sound(40ms));
    buffer.mark("second");
    buffer.advance(59ms);
    EXPECT_THAT(buffer.take_marks(), IsEmpty());
    buffer.advance(60ms);  // the frame with the last 10 ms has been played
    EXPECT_THAT(buffer.take_marks(), ElementsAre("first"));
    buffer.advance(200ms);
    EXPECT_THAT(buffer.take_marks(), ElementsAre("second"));
}

TEST(PlayoutBuffer, ReturnsAMarkAtOnceWhereNothingIsBuffered) {
    PlayoutBuffer buffer;
    buffer.advance(30ms);
    buffer.mark("now");
    EXPECT_THAT(buffer.take_marks(), ElementsAre("now"));
}

TEST(PlayoutBuffer, DropsTheAudioAndReturnsAllMarksWhenCleared) {
    PlayoutBuffer buffer;
    buffer.play(sound(500ms));
    buffer.mark("one");
    buffer.play(sound(500ms));
    buffer.mark("two");
    buffer.advance(250ms);
    buffer.clear();
    EXPECT_THAT(buffer.take_marks(), ElementsAre("one", "two"));
    buffer.play(sound(100ms, 'b'));
    buffer.advance(1000ms);
    // The frame that played when it was cleared is on its way to the caller already.
    EXPECT_EQ(buffer.heard(), 360ms);
    auto spurts = buffer.spurts();
    ASSERT_EQ(spurts.size(), 2u);
    EXPECT_EQ(spurts[0].begins, 0ms);
    EXPECT_EQ(spurts[0].heard, 260ms);
    EXPECT_TRUE(spurts[0].cut);
    EXPECT_EQ(spurts[1].begins, 260ms);
    EXPECT_EQ(spurts[1].heard, 100ms);
    EXPECT_FALSE(spurts[1].cut);
    EXPECT_TRUE(spurts[1].over);
}

TEST(PlayoutBuffer, CutsNothingWhereAllHadBegunToPlay) {
    PlayoutBuffer buffer;
    buffer.play(sound(20ms));
    buffer.advance(10ms);
    buffer.clear();
    buffer.advance(40ms);
    EXPECT_EQ(buffer.heard(), 20ms);
    EXPECT_FALSE(buffer.spurts()[0].cut);
}

TEST(PlayoutBuffer, RecordsWhatWasHeardWithItsSilence) {
    PlayoutBuffer buffer;
    buffer.advance(20ms);
    buffer.play(sound(30ms));
    buffer.advance(80ms);
    auto silence = [](std::chrono::milliseconds length) { return sound(length, PlayoutBuffer::silence); };
    EXPECT_EQ(buffer.recording(), silence(40ms) + sound(30ms) + silence(30ms));
}

TEST(PlayoutBuffer, TakesTenMinutesAndNoMore) {
    PlayoutBuffer buffer;
    EXPECT_TRUE(buffer.play(sound(10min)));
    EXPECT_FALSE(buffer.play("x"));
    EXPECT_EQ(buffer.queued(), 10min);
    buffer.advance(1000ms);
    EXPECT_TRUE(buffer.play(sound(1000ms)));
}
