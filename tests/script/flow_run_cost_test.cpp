#include "script/flow_run.hpp"
#include "script/run_flow.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace switchhook::script {
namespace {

std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

constexpr const char* menu = R"(
local prompts = { welcome = "Welcome to the garden.", again = "Once more, please." }
return { on_call = function(call)
  for i = 1, 100 do
    local input = call:gather { say = i == 1 and prompts.welcome or prompts.again, digits = 1, speech = true }
    if input and input.digits == "0" then return call:dial("+15550100") end
  end
end }
)";

double microseconds_each(int times, const auto& body) {
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) body();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / times;
}

// Prints what a call costs; run it by hand: script_tests --gtest_also_run_disabled_tests --gtest_filter='*Cost*'
TEST(FlowRunCost, DISABLED_IsPrinted) {
    on_worker([] {
        auto flow = compile_flow(menu);
        auto info = test_call();
        auto answer = core::Answer::of({{"digits", "1"}}, test_time());
        std::vector<FlowRun> runs;
        for (int i = 0; i < 200; ++i) FlowRun(flow, {}).start("on_call", info);

        auto once = microseconds_each(2000, [&] { FlowRun(flow, {}).start("on_call", info); });
        std::printf("start to first gather, and close: %.1f us\n", once);
        FlowRun run(flow, {});
        run.start("on_call", info);
        std::printf("resume to next gather: %.2f us\n", microseconds_each(90, [&] { run.resume(answer); }));

        constexpr int calls = 2000;
        runs.reserve(calls);
        auto before = resident_bytes();
        auto start = microseconds_each(calls, [&] { runs.emplace_back(flow, Limits{}).start("on_call", info); });
        std::printf("start to first gather: %.1f us\n", start);
        for (auto& each : runs) each.resume(answer);
        std::printf("suspended: %zu bytes resident, %zu bytes in Lua\n", (resident_bytes() - before) / calls,
                    runs.back().memory_bytes());
    });
}

}  // namespace
}  // namespace switchhook::script
