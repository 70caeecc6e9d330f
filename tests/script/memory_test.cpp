#include "script/memory.hpp"

#include "script/flow_state.hpp"
#include "script/run_flow.hpp"

#include <vector>

namespace switchhook::script {
namespace {

TEST(MemoryCap, CountsWhatIsHeld) {
    MemoryCap cap;
    auto* block = MemoryCap::allocate(&cap, nullptr, 0, 100);
    EXPECT_EQ(cap.used(), 100u);
    block = MemoryCap::allocate(&cap, block, 100, 40);
    EXPECT_EQ(cap.used(), 40u);
    EXPECT_EQ(MemoryCap::allocate(&cap, block, 40, 0), nullptr);
    EXPECT_EQ(cap.used(), 0u);
}

TEST(MemoryCap, RefusesWhatGoesBeyondTheLimitAndSaysSo) {
    MemoryCap cap;
    cap.limit(100);
    auto* block = MemoryCap::allocate(&cap, nullptr, 0, 100);
    EXPECT_EQ(MemoryCap::allocate(&cap, nullptr, 0, 1), nullptr);
    EXPECT_TRUE(cap.refused());
    cap.forget_refusal();
    EXPECT_FALSE(cap.refused());
    cap.lift();
    block = MemoryCap::allocate(&cap, block, 100, 101);
    EXPECT_NE(block, nullptr);
    MemoryCap::allocate(&cap, block, 101, 0);
}

TEST(MemoryCap, BoundsWhatFreeBlocksOfOtherSizesHold) {
    MemoryCap cap;
    cap.limit(1 << 20);
    std::size_t held = 0;
    for (std::size_t size = 64; size <= 512; size += 8) {
        std::vector<void*> blocks;
        while (auto* block = MemoryCap::allocate(&cap, nullptr, 0, size)) blocks.push_back(block);
        held += blocks.size() * size;
        for (auto* block : blocks) MemoryCap::allocate(&cap, block, size, 0);
    }
    EXPECT_EQ(cap.used(), 0u);
    EXPECT_LE(held, 2u << 20);
}

// Whichever allocation fails, the step says so, and the state still runs the end of the call.
TEST(FlowRun, SurvivesTheFailureOfAnyAllocation) {
    on_worker([] {
        auto flow = compile_flow(
            "local m = require 'm'\n"
            "local function libraries()\n"
            "local list = { 3, 1, 2 } table.sort(list)\n"
            "local text = ('abc'):gsub('%a', function(letter) return letter:upper() end)\n"
            "local yielded = coroutine.wrap(function() coroutine.yield(math.floor(1.5)) end)()\n"
            "local _, caught = xpcall(error, function() return bit.bor(1, 2) end)\n"
            "return table.concat(list) .. text .. yielded .. caught .. json.encode({}) .. os.date('%Y') end\n"
            "return { on_call = function(call)\n"
            "local t = {} for i = 1, 20 do t[i] = { name = 'n' .. i } end\n"
            "local input = call:gather { say = 'Press 1.', digits = 1, hints = { 'one', 'two' } }\n"
            "print(libraries())\n"
            "call:say('You pressed ' .. input.digits .. m.name) end,\n"
            "on_call_ended = function(call)\n"
            "assert(rawget(string, 'dump') == nil and rawget(_G, 'debug') == nil)\n"
            "return libraries() end }",
            {{"m", "return { name = ('x'):rep(50) }"}});
        auto answer = core::Answer::of({{"digits", "1"}, {"list", {1, 2, 3}}}, test_time());
        int failures = 0;
        bool refused = true;
        for (std::size_t nth = 1; refused; ++nth) {
            FlowState state(flow->compiled(), {}, "seed");
            state.memory().refuse_nth(nth);
            Step step = Finished{};
            if (auto failure = state.load(test_time())) {
                step = *failure;
            } else {
                step = state.start("on_call", test_call());
                while (std::holds_alternative<core::Ask>(step)) step = state.resume(answer);
            }
            auto* failure = std::get_if<Failed>(&step);
            refused = failure != nullptr;
            if (!refused) break;
            ++failures;
            ASSERT_EQ(failure->limit, "memory")
                << "allocation " << nth << ": " << failure->where << ": " << failure->what;
            auto failed_again = state.load(test_time());
            ASSERT_FALSE(failed_again) << failed_again->what;
            auto last = state.start("on_call_ended", test_call());
            ASSERT_TRUE(std::holds_alternative<Finished>(last)) << nth << std::get<Failed>(last).what;
            EXPECT_EQ(std::get<Finished>(last).value, "123ABC13{}2026") << nth;
        }
        EXPECT_GT(failures, 50);
    });
}

}  // namespace
}  // namespace switchhook::script
