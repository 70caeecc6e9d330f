// Flows that try to hang, exhaust or crash the engine. Each ends as Failed, for the right reason and soon, and
// leaves the thread and the call's own state fit for what comes next.

#include "script/endless_loop.hpp"
#include "script/run_flow.hpp"

#include <algorithm>
#include <chrono>
#include <time.h>

namespace switchhook::script {
namespace {

struct Hostile {
    const char* name;
    const char* statements;
    const char* what;   // the failure's text; empty where it depends on when the flow was stopped
    const char* limit;  // the failure's limit
};

void PrintTo(const Hostile& hostile, std::ostream* out) {
    *out << hostile.statements;
}

// Until the CPU budget is spent.
const Hostile endless[] = {
    {"EmptyLoop", "while true do end", "", "cpu"},
    {"RepeatLoop", "repeat until false", "", "cpu"},
    {"GotoLoop", "::again:: goto again", "", "cpu"},
    {"NumericLoop", "for i = 1, math.huge do end", "", "cpu"},
    {"TailCalls", "local function f() return f() end f()", "", "cpu"},
    {"IteratorLoop", "for _ in function() return 1 end do end", "", "cpu"},
    {"PcallLoop", "while true do pcall(function() while true do end end) end", "", "cpu"},
    {"PcallOfPcall", "local function f() while true do pcall(pcall, f) end end f()", "", "cpu"},
    {"CaughtErrors", "while true do pcall(error, {}) end", "", "cpu"},
    {"CaughtErrorsOfCalls", "while true do pcall(nil) end", "", "cpu"},
    {"XpcallHandler", "xpcall(function() while true do end end, function() while true do end end)", "", "cpu"},
    {"XpcallHandlerOfAnError", "xpcall(error, function() while true do end end)", "", "cpu"},
    {"Coroutine", "coroutine.wrap(function() while true do end end)()", "", "cpu"},
    {"CoroutineLoop", "while true do coroutine.resume(coroutine.create(function() while true do end end)) end", "",
     "cpu"},
    {"CoroutineYields",
     "local f = coroutine.wrap(function() while true do coroutine.yield(1) end end) while true do f() end", "", "cpu"},
    {"CoroutinesInCoroutines",
     "local function f(n) if n == 0 then while true do end end coroutine.wrap(f)(n - 1) end pcall(f, 20) f(20)", "",
     "cpu"},
    {"PcallInCoroutines",
     "while true do coroutine.resume(coroutine.create(function() while true do pcall(function() while true do end end) "
     "end "
     "end)) end",
     "", "cpu"},
    {"GsubCallback", "('x'):gsub('x', function() while true do end end)", "", "cpu"},
    {"GsubIndex", "('x'):gsub('x', setmetatable({}, { __index = function() while true do end end }))", "", "cpu"},
    {"SortComparator", "table.sort({ 3, 2, 1 }, function() while true do end end)", "", "cpu"},
    {"SortOfManyWithoutOrder",
     "local t = {} for i = 1, 50000 do t[i] = i end while true do table.sort(t, function() return math.random() < 0.5 "
     "end) end",
     "", "cpu"},
    {"IndexMetamethod", "local t = setmetatable({}, { __index = function() while true do end end }) return t.x", "",
     "cpu"},
    {"NewindexMetamethod", "local t = setmetatable({}, { __newindex = function() while true do end end }) t.x = 1", "",
     "cpu"},
    {"ArithmeticMetamethod", "local t = setmetatable({}, { __add = function() while true do end end }) return t + 1",
     "", "cpu"},
    {"ComparisonMetamethod",
     "local m = { __lt = function() while true do end end } return setmetatable({}, m) < setmetatable({}, m)", "",
     "cpu"},
    {"CallMetamethod", "setmetatable({}, { __call = function() while true do end end })()", "", "cpu"},
    {"TostringMetamethod", "tostring(setmetatable({}, { __tostring = function() while true do end end }))", "", "cpu"},
    {"TablesForTheCollector", "while true do local t = { {}, {}, {} } end", "", "cpu"},
    {"StringsForTheCollector", "local i = 0 while true do i = i + 1 local s = 'x' .. i end", "", "cpu"},
    {"FinalizersThatLua51Ignores", "while true do setmetatable({}, { __gc = function() while true do end end }) end",
     "", "cpu"},
    {"CaughtMemoryErrors", "while true do pcall(function() local t = {} while true do t[#t + 1] = { t } end end) end",
     "", "cpu or memory"},
    {"CaughtStackOverflows", "while true do pcall(function() local function f() return 1 + f() end f() end) end", "",
     "cpu"},
    {"LongestStrings", "while true do local s = ('x'):rep(1000000) end", "", "cpu"},
    {"PatternWithOptionals", "local result = (('a'):rep(40)):find(('a?'):rep(40) .. ('a'):rep(40))", "", "cpu"},
    {"PatternWithLazyParts", "local result = (('a'):rep(3000)):find(('.-'):rep(4) .. 'x')", "", "cpu"},
    {"PatternWithGreedyParts", "local result = (('a'):rep(3000)):find(('.*'):rep(4) .. 'x')", "", "cpu"},
    {"PatternOfSpaces", "local result = ((' '):rep(500000) .. 'x'):find('%s*$')", "", "cpu"},
    {"PatternInGmatch", "for _ in (('a'):rep(3000)):gmatch(('.-'):rep(4) .. 'x') do end", "", "cpu"},
    {"PatternInGsub", "local result = (('a'):rep(3000)):gsub(('.-'):rep(4) .. 'x', '')", "", "cpu"},
    {"ManyPlainFinds", "local s = ('x'):rep(500000) while true do s:find(('x'):rep(1000) .. 'y', 1, true) end", "",
     "cpu"},
    {"AsksThatAreRefused", "while true do pcall(call.say, call, print) end", "", "cpu"},
    {"ModulesThatAreNotThere", "while true do pcall(require, 'nope') end", "", "cpu"},
};

constexpr const char* too_much_memory =
    "this flow needs more than 8192 KiB of memory: look for a table or a text that keeps growing";

// Until another limit, or an error, ends them.
const Hostile greedy[] = {
    {"TableOfTables", "local t = {} while true do t = { t } end", too_much_memory, "memory"},
    {"DoubledString", "local s = 'x' while true do s = s .. s end", too_much_memory, "memory"},
    {"HugeArray", "local t = {} for i = 1, 1e9 do t[i] = true end", too_much_memory, "memory"},
    {"Closures", "local f for i = 1, 1e9 do local g = f f = function() return g end end", too_much_memory, "memory"},
    {"CoroutinesKept", "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end", too_much_memory,
     "memory"},
    {"MemoryInACoroutine", "coroutine.wrap(function() local t = {} while true do t = { t } end end)()", too_much_memory,
     "memory"},
    {"DeepRecursion", "local function f() return 1 + f() end f()", "stack overflow", ""},
    {"BillionTimes", "local result = ('x'):rep(1e9)", nullptr, "string"},
};

std::chrono::nanoseconds cpu_time() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string flow_of(const Hostile& hostile) {
    return "return { on_call = function(call)\n" + std::string(hostile.statements) +
           "\nend, on_call_ended = function() return 'ended' end }";
}

// What is caught may still fill the memory so far that the code around it has none left.
bool may_end_by(const Hostile& hostile, std::string_view limit) {
    std::string_view expected = hostile.limit;
    return limit == expected || (expected == "cpu or memory" && (limit == "cpu" || limit == "memory"));
}

class HostileFlow : public testing::TestWithParam<Hostile> {};

TEST_P(HostileFlow, EndsAndDoesNoHarm) {
    if (signals_are_held_back) GTEST_SKIP() << held_back_signals;
    on_worker([this] {
        auto& hostile = GetParam();
        Limits limits;
        limits.cpu_per_slice = std::chrono::milliseconds(5);
        if (!may_end_by(hostile, "cpu")) limits.cpu_per_slice = limits.cpu_per_call;
        auto flow = compile_flow(flow_of(hostile));
        std::vector<std::chrono::nanoseconds> took;
        for (int i = 0; i < 10; ++i) {
            FlowRun run(flow, limits);
            auto start = cpu_time();
            auto step = run.start("on_call", test_call());
            took.push_back(cpu_time() - start);

            auto* failure = std::get_if<Failed>(&step);
            ASSERT_TRUE(failure);
            EXPECT_TRUE(may_end_by(hostile, failure->limit)) << failure->limit << ": " << failure->what;
            EXPECT_TRUE(failure->where.starts_with("test/flow.lua:")) << failure->where;
            if (failure->limit == "cpu") {
                EXPECT_EQ(
                    failure->what,
                    "this flow used more than 5 ms of CPU before its next step: look for a loop that never waits");
            } else if (hostile.what && !may_end_by(hostile, "cpu")) {
                EXPECT_EQ(failure->what, hostile.what);
            }

            auto ended = run.start("on_call_ended", test_call());
            ASSERT_TRUE(std::holds_alternative<Finished>(ended)) << std::get<Failed>(ended).what;
        }
        std::sort(took.begin(), took.end());
        if (may_end_by(hostile, "cpu")) {  // a deep stack takes a while to come out of, but no caller waits for it
            EXPECT_LT(took[took.size() / 2], std::chrono::seconds(1));
        }

        FlowRun innocent(compile_flow("return { on_call = function(call) return 'fine' end }"), {});
        EXPECT_EQ(std::get<Finished>(innocent.start("on_call", test_call())).value, "fine");
    });
}

std::string name_of(const testing::TestParamInfo<Hostile>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Endless, HostileFlow, testing::ValuesIn(endless), name_of);
INSTANTIATE_TEST_SUITE_P(Greedy, HostileFlow, testing::ValuesIn(greedy), name_of);

}  // namespace
}  // namespace switchhook::script
