#include "script/arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>

namespace switchhook::script {
namespace {

constexpr std::size_t unlimited = SIZE_MAX;

TEST(Arena, GivesAlignedBlocksThatDoNotOverlap) {
    Arena arena;
    std::set<std::pair<char*, char*>> blocks;
    for (std::size_t size = 1; size <= 700; ++size) {
        auto* block = static_cast<char*>(arena.allocate(size, unlimited));
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % 8, 0u) << size;
        std::memset(block, 1, size);
        blocks.insert({block, block + size});
    }
    char* end = nullptr;
    for (auto& [from, to] : blocks) {
        ASSERT_LE(end, from);
        end = to;
    }
}

TEST(Arena, GivesAFreedBlockToTheNextOfItsSize) {
    Arena arena;
    auto* block = arena.allocate(41, unlimited);
    arena.free(block, 41);
    EXPECT_NE(arena.allocate(49, unlimited), block);
    EXPECT_EQ(arena.allocate(48, unlimited), block);
}

TEST(Arena, CutsALargerFreedBlockBeforeItTakesAnotherSlab) {
    Arena arena;
    char* last = nullptr;
    while (auto* block = arena.allocate(400, 4096)) last = static_cast<char*>(block);
    arena.free(last, 400);
    EXPECT_EQ(arena.allocate(104, 4096), last);
    EXPECT_EQ(arena.allocate(104, 4096), last + 104);
    EXPECT_EQ(arena.allocate(192, 4096), last + 208);
    EXPECT_EQ(arena.allocate(104, 4096), nullptr);
}

TEST(Arena, KeepsWhatIsInABlockThatMoves) {
    Arena arena;
    auto* block = arena.allocate(8, unlimited);
    std::memcpy(block, "12345678", 8);
    std::size_t size = 8;
    for (std::size_t next : {9, 500, 513, 100000, 600, 512, 8}) {
        block = arena.resize(block, size, next, unlimited);
        size = next;
        ASSERT_EQ(std::memcmp(block, "12345678", 8), 0) << next;
    }
}

TEST(Arena, GivesNoMoreSlabsThanItMay) {
    Arena arena;
    std::size_t given = 0;
    while (arena.allocate(100, 16384) != nullptr) given += 100;
    EXPECT_GT(given, 14000u);
    EXPECT_LE(given, 16384u);
    EXPECT_NE(arena.allocate(100, 32768), nullptr);
}

// LuaJIT tells too small a size for a closure that it could not finish.
TEST(Arena, StaysSafeWhenABlockComesBackWithTooSmallASize) {
    Arena arena;
    for (std::size_t size : {100, 600}) {
        arena.free(arena.allocate(size, unlimited), size - 96);
        auto* small = static_cast<char*>(arena.allocate(size - 96, unlimited));
        auto* other = static_cast<char*>(arena.allocate(size, unlimited));
        std::memset(small, 1, size - 96);
        std::memset(other, 2, size);
        EXPECT_TRUE(std::all_of(small, small + size - 96, [](char c) { return c == 1; }));
    }
}

}  // namespace
}  // namespace switchhook::script
