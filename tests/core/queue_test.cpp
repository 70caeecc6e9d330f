#include "core/queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

using switchhook::core::Queue;

TEST(Queue, GivesBackInOrderHoweverItIsFilledAndEmptied) {
    Queue<std::string> queue;
    int pushed = 0;
    int popped = 0;
    for (int round = 1; round < 200; ++round) {
        for (int i = 0; i < round % 37; ++i) queue.push(std::to_string(pushed++));
        for (int i = 0; i < round % 31 && !queue.empty(); ++i) ASSERT_EQ(queue.pop(), std::to_string(popped++));
        ASSERT_EQ(queue.size(), static_cast<std::size_t>(pushed - popped));
    }
    while (!queue.empty()) ASSERT_EQ(queue.pop(), std::to_string(popped++));
    EXPECT_EQ(popped, pushed);
}

TEST(Queue, HoldsNothingOfWhatWasTakenOrCleared) {
    Queue<std::shared_ptr<int>> queue;
    auto taken = std::make_shared<int>(1);
    auto cleared = std::make_shared<int>(2);
    queue.push(taken);
    queue.push(cleared);
    queue.pop();
    EXPECT_EQ(taken.use_count(), 1);
    queue.clear();
    EXPECT_EQ(cleared.use_count(), 1);
    EXPECT_TRUE(queue.empty());
}
