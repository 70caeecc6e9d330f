#include "sim/spoken_items.hpp"

#include <gtest/gtest.h>

using namespace switchhook::sim;
using namespace std::chrono_literals;

namespace {

std::string sound(std::chrono::milliseconds length) {
    return std::string(static_cast<std::size_t>(length.count()) * 8, 'a');
}

}  // namespace

TEST(SpokenItems, AreHeardOneAfterTheOther) {
    PlayoutBuffer playout;
    SpokenItems items;
    items.add("Good evening.", 1000ms, playout);
    playout.play(sound(1000ms));
    items.add("For how many?", 600ms, playout);
    playout.play(sound(600ms));
    playout.advance(1200ms);
    auto heard = items.heard(playout);
    EXPECT_TRUE(heard[0].over);
    EXPECT_FALSE(heard[0].cut);
    EXPECT_EQ(heard[0].text, "Good evening.");
    EXPECT_FALSE(heard[1].over);
    EXPECT_EQ(heard[1].heard, 200ms);
    playout.advance(2s);
    EXPECT_TRUE(items.heard(playout)[1].over);
}

TEST(SpokenItems, AreCutWhereTheStreamIsCleared) {
    PlayoutBuffer playout;
    SpokenItems items;
    items.add("We have a table at seven or at nine.", 3600ms, playout);
    items.add("Which one?", 700ms, playout);
    playout.play(sound(2000ms));  // the server sent no more of it
    playout.advance(913ms);
    playout.clear();
    items.add("Nine it is.", 800ms, playout);
    playout.play(sound(800ms));
    playout.advance(1220ms);
    auto heard = items.heard(playout);
    EXPECT_TRUE(heard[0].cut);
    EXPECT_EQ(heard[0].heard, 913ms);
    EXPECT_EQ(heard[0].text, "We have a…");
    EXPECT_TRUE(heard[1].cut);
    EXPECT_EQ(heard[1].heard, 0ms);
    EXPECT_EQ(heard[1].text, "");
    EXPECT_FALSE(heard[2].over);
    EXPECT_EQ(heard[2].heard, 300ms);
}

TEST(SpokenItems, AreNotCutByAClearAfterTheirEnd) {
    PlayoutBuffer playout;
    SpokenItems items;
    items.add("Hello.", 400ms, playout);
    playout.play(sound(390ms));
    playout.advance(600ms);
    playout.clear();
    EXPECT_TRUE(items.heard(playout)[0].over);
    EXPECT_FALSE(items.heard(playout)[0].cut);
}
