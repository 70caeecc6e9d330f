#include "script/watchdog.hpp"

#include "script/sandbox.hpp"
#include "script/slice.hpp"
#include "script/worker_thread.hpp"

#include <gtest/gtest.h>
#include <lua.hpp>

#include <signal.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace switchhook::script {
namespace {

using namespace std::chrono_literals;

void spin_until_expired() {
    while (!slice_expired()) {
    }
}

TEST(Watchdog, EndsASliceThatSpendsItsBudget) {
    Watchdog watchdog;
    Watchdog::Registration registration(watchdog);
    MemoryCap memory;
    auto L = open_state(memory);
    Slice slice(L, 5ms, 1, {});
    EXPECT_FALSE(slice_expired());
    spin_until_expired();
    EXPECT_TRUE(slice.expired());
    EXPECT_GE(slice.used(), 5ms);
}

TEST(Watchdog, CountsTheTimeOfTheProcessorNotOfTheWall) {
    Watchdog watchdog;
    Watchdog::Registration registration(watchdog);
    MemoryCap memory;
    auto L = open_state(memory);
    Slice slice(L, 20ms, 1, {});
    std::this_thread::sleep_for(60ms);
    EXPECT_FALSE(slice.expired());
    EXPECT_LT(slice.used(), 20ms);
}

TEST(Watchdog, ChargesASliceFromTheFirstLookAtIt) {
    Watchdog::Charge charge;
    EXPECT_EQ(charge.look(1, 500ms), 0ms);
    EXPECT_EQ(charge.look(1, 502ms), 2ms);
    EXPECT_EQ(charge.look(1, 505ms), 5ms);
    EXPECT_EQ(charge.look(2, 507ms), 0ms);
    EXPECT_EQ(charge.look(2, 508ms), 1ms);
}

// A virtual machine that its host stops for 300 ms counts them as the time of the thread that was running.
TEST(Watchdog, DoesNotChargeASliceForAMachineThatStoodStill) {
    Watchdog::Charge charge;
    charge.look(1, 500ms);
    EXPECT_EQ(charge.look(1, 800ms), Watchdog::most_a_look);
    EXPECT_EQ(charge.look(1, 802ms), Watchdog::most_a_look + 2ms);
}

TEST(Watchdog, GivesEachSliceABudgetOfItsOwn) {
    Watchdog watchdog;
    Watchdog::Registration registration(watchdog);
    MemoryCap memory;
    auto L = open_state(memory);
    for (int i = 0; i < 3; ++i) {
        Slice slice(L, 3ms, 1, {});
        EXPECT_FALSE(slice_expired());
        spin_until_expired();
    }
    EXPECT_FALSE(slice_expired());
}

TEST(Watchdog, LeavesASliceAloneThatASignalReachesTooLate) {
    Watchdog watchdog;
    Watchdog::Registration registration(watchdog);
    MemoryCap memory;
    auto L = open_state(memory);
    raise(SIGUSR2);
    Slice slice(L, 1s, 1, {});
    raise(SIGUSR2);
    EXPECT_FALSE(slice_expired());
    EXPECT_EQ(lua_gethook(L), nullptr);
}

TEST(Watchdog, WakesForASliceAfterALongQuiet) {
    Watchdog watchdog;
    Watchdog::Registration registration(watchdog);
    MemoryCap memory;
    auto L = open_state(memory);
    while (!watchdog.asleep()) std::this_thread::yield();
    Slice slice(L, 3ms, 1, {});
    spin_until_expired();
}

TEST(Watchdog, WatchesManyThreads) {
    Watchdog watchdog;
    std::vector<std::unique_ptr<WorkerThread>> workers;
    for (int i = 0; i < 4; ++i)
        workers.push_back(std::make_unique<WorkerThread>([&] {
            Watchdog::Registration registration(watchdog);
            MemoryCap memory;
            auto L = open_state(memory);
            for (int n = 0; n < 5; ++n) {
                { Slice quick(L, 1s, 1, {}); }
                Slice slice(L, 2ms, 1, {});
                spin_until_expired();
                EXPECT_TRUE(slice.expired());
            }
        }));
}

TEST(Watchdog, WatchesNoOtherThread) {
    EXPECT_FALSE(Watchdog::watches_this_thread());
    MemoryCap memory;
    auto L = open_state(memory);
    EXPECT_THROW(Slice(L, 1ms, 1, {}), std::logic_error);
}

TEST(Slice, TellsItsTimeAndItsLongestString) {
    Watchdog watchdog;
    Watchdog::Registration registration(watchdog);
    MemoryCap memory;
    auto L = open_state(memory);
    EXPECT_EQ(slice_string_limit(), 1u << 20);
    {
        Slice slice(L, 1s, 77, core::Time(5ms));
        EXPECT_EQ(slice_string_limit(), 77u);
        EXPECT_EQ(slice_now(), core::Time(5ms));
        {
            Slice inner(L, 3ms, 88, core::Time(6ms));
            EXPECT_EQ(slice_string_limit(), 88u);
            spin_until_expired();
        }
        EXPECT_FALSE(slice_expired());
        EXPECT_EQ(slice_string_limit(), 77u);
        EXPECT_EQ(slice_now(), core::Time(5ms));
    }
    EXPECT_EQ(slice_now(), core::Time{});
}

}  // namespace
}  // namespace switchhook::script
