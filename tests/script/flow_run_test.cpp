#include "script/flow_run.hpp"

#include "script/run_flow.hpp"

namespace switchhook::script {
namespace {

using core::Answer;
using core::Json;

Answer said(Json value = nullptr) {
    return Answer::of(std::move(value), test_time());
}

TEST(FlowRun, AsksInTheOrderOfTheFlowAndGivesItTheAnswers) {
    auto result = run_statements(
        "local input = call:gather { say = 'Press 1.', digits = 1 }\n"
        "call:say('You pressed ' .. input.digits)",
        {said({{"digits", "7"}}), said()});
    ASSERT_EQ(result.asks.size(), 2u);
    EXPECT_EQ(result.asks[0].kind, "gather");
    EXPECT_EQ(result.asks[0].options["digits"], 1);
    EXPECT_EQ(result.asks[0].where, "test/flow.lua:2");
    EXPECT_EQ(result.asks[1].options, (Json{{"text", "You pressed 7"}}));
    EXPECT_EQ(result.asks[1].where, "test/flow.lua:3");
    EXPECT_EQ(result.failure(), "finished: null");
}

TEST(FlowRun, GivesNothingAndItsReason) {
    auto result = run_statements("local input, reason = call:gather { say = 'Hi' } return {input == nil, reason}",
                                 {Answer::nothing("timeout", test_time())});
    EXPECT_EQ(result.failure(), "finished: [true,\"timeout\"]");
}

TEST(FlowRun, RaisesAnAnswersErrorAtTheLineThatAsked) {
    auto result = run_statements("local x = 1\ncall:say('Hi')", {Answer::raise("no such voice", test_time())});
    EXPECT_EQ(result.failure(), "test/flow.lua:3: no such voice");
}

TEST(FlowRun, LetsTheFlowCatchAnAnswersError) {
    auto result = run_statements("local ok, message = pcall(call.say, call, 'Hi') return message",
                                 {Answer::raise("no such voice", test_time())});
    EXPECT_EQ(result.failure(), "finished: \"test/flow.lua:2: no such voice\"");
}

TEST(FlowRun, BlamesTheAuthorsLineForOptionsThatHaveNoJsonForm) {
    EXPECT_EQ(run_statements("kv.set('a', { b = { error } })").failure(),
              "test/flow.lua:2: kv: value.b[1] is a function: give a text, a number, a boolean or a table of those");
    EXPECT_EQ(run_statements("local t = {} t.t = t kv.set('a', t)").failure().substr(0, 27),
              "test/flow.lua:2: kv: value.");
    EXPECT_EQ(run_statements("kv.set('a', { 1, 2, x = 3 })").failure(),
              "test/flow.lua:2: kv: value is a list with names or gaps in it: give either a list or names");
    EXPECT_EQ(run_statements("kv.set('a', { x = 0/0 })").failure(),
              "test/flow.lua:2: kv: value.x is not a finite number: check what it is computed from");
    EXPECT_EQ(run_statements("kv.set('a', { x = '\\255' })").failure(),
              "test/flow.lua:2: kv: value.x is not UTF-8 text: save the file as UTF-8");
    EXPECT_EQ(run_statements("kv.set('a', { [true] = 1 })").failure(),
              "test/flow.lua:2: kv: value has a boolean as a key: use texts, or a list from 1 on");
}

TEST(FlowRun, RefusesOptionsThatGrowByPointingAtThemselvesTwice) {
    Limits limits;
    limits.cpu_per_slice = limits.cpu_per_call;  // a sanitizer makes a megabyte of JSON take longer than a slice
    auto result = run_statements("local t = {} for i = 1, 30 do t = { a = t, b = t } end kv.set('a', t)", {}, limits);
    EXPECT_NE(result.failure().find("makes this larger than 1048576 bytes: give less at once"), std::string::npos)
        << result.failure();
}

TEST(FlowRun, KeepsWholeNumbersWholeAndEmptyTablesObjects) {
    auto result = run_statements("kv.set('a', { n = 3, half = 0.5, none = {}, list = { 1, 2 } })");
    EXPECT_EQ(result.asks.at(0).options["value"].dump(), R"({"half":0.5,"list":[1,2],"n":3,"none":{}})");
}

TEST(FlowRun, SaysWhereAndWhatBrokeAFlow) {
    EXPECT_EQ(run_statements("local menu\nmenu.x = 1").failure(),
              "test/flow.lua:3: attempt to index local 'menu' (a nil value)");
    EXPECT_EQ(run_statements("error('closed')").failure(), "test/flow.lua:2: closed");
    EXPECT_EQ(run_statements("error('closed', 0)").failure(), "test/flow.lua:2: closed");
    EXPECT_EQ(run_statements("error({})").failure(),
              "test/flow.lua:2: the flow raised a table: raise a text, as error(\"what went wrong\")");
}

TEST(FlowRun, BlamesTheModuleThatBroke) {
    auto result = run_flow("local m = require 'm' return { on_call = function(call) m.go() end }", {},
                           {{"m", "return { go = function()\nerror('here') end }"}});
    EXPECT_EQ(result.failure(), "test/m.lua:2: here");
}

TEST(FlowRun, LoadsAModuleOnceAndOnlyOfItsBundle) {
    auto result = run_flow("return { on_call = function(call) return require('m') == require('m') end }", {},
                           {{"m", "return {}"}});
    EXPECT_EQ(result.failure(), "finished: true");
    EXPECT_EQ(
        run_statements("require 'nope'").failure(),
        "test/flow.lua:2: module 'nope' is not part of this flow: put nope.lua beside flow.lua and require it by a "
        "literal name");
}

TEST(FlowRun, LetsNoModuleWriteGlobals) {
    auto flow = "return { on_call = function(call) require 'm' end }";
    EXPECT_EQ(run_flow(flow, {}, {{"m", "leaked = 1"}}).failure(),
              "test/m.lua:1: `leaked` is not declared: write `local leaked = …`");
    EXPECT_EQ(run_flow(flow, {}, {{"m", "print = nil"}}).failure(),
              "test/m.lua:1: `print` is the engine's and read-only: write `local print = …`, or choose another name");
    EXPECT_EQ(run_flow(flow, {}, {{"m", "kv.get = nil"}}).failure(),
              "test/m.lua:1: `kv.get` is read-only: keep what is yours in a table of your own");
}

TEST(FlowRun, RefusesModulesThatRequireEachOther) {
    auto result = run_flow("return { on_call = function(call) require 'a' end }", {},
                           {{"a", "return require 'b'"}, {"b", "local a = require 'a' return a"}});
    EXPECT_EQ(
        result.failure(),
        "test/b.lua:1: module 'a' requires itself, directly or through another: move what both need into a third");
}

TEST(FlowRun, RefusesAnAskWhileAModuleLoads) {
    auto result =
        run_flow("return { on_call = function(call) require 'a' end }", {}, {{"a", "log('loaded') return {}"}});
    EXPECT_EQ(result.failure(),
              "test/a.lua:1: log cannot be used while the file loads: move it into a function that on_call calls");
}

TEST(FlowRun, KeepsVarsFromTheCallToItsEnd) {
    on_worker([] {
        FlowRun run(
            compile_flow(
                "local calls = 0 return {"
                "on_call = function(call) calls = calls + 1 call.vars.name = 'Ann' call:say('Hi') end,"
                "on_call_ended = function(call) return { calls, call.vars.name, call:summary().seconds } end }"),
            {});
        ASSERT_TRUE(std::holds_alternative<core::Ask>(run.start("on_call", test_call())));
        auto info = test_call();
        info.summary = {{"seconds", 12}};
        EXPECT_EQ(std::get<Finished>(run.start("on_call_ended", info)).value, (Json{1, "Ann", 12}));
    });
}

TEST(FlowRun, SharesNothingBetweenCalls) {
    on_worker([] {
        auto flow = compile_flow(
            "local calls = 0 return { on_call = function(call) calls = calls + 1\n"
            "pcall(function() string.upper = nil end) return { calls, ('x'):upper() } end }");
        for (int i = 0; i < 2; ++i) {
            FlowRun run(flow, {});
            EXPECT_EQ(std::get<Finished>(run.start("on_call", test_call())).value, (Json{1, "X"}));
        }
    });
}

TEST(FlowRun, TellsTheFlowWhoCalls) {
    auto info = test_call();
    info.settings = {{"desk", "+15550100"}};
    auto result =
        run_flow("return { on_call = function(call) return { call.from, call.to, call.sid, call.settings.desk } end }",
                 {}, {}, {}, info);
    EXPECT_EQ(result.value(), (Json{"+15551230100", "+15550100200", info.id, "+15550100"}));
}

TEST(FlowRun, FailsACallThatAsksTooOftenEvenIfItCatchesErrors) {
    Limits limits;
    limits.asks = 3;
    auto result =
        run_statements("while true do pcall(call.say, call, 'again') end", {said(), said(), said(), said()}, limits);
    EXPECT_EQ(result.asks.size(), 3u);
    EXPECT_EQ(
        result.failure(),
        "test/flow.lua:2: this flow asked for more than 3 steps in one call: look for a loop that never ends [asks]");
}

TEST(FlowRun, FailsACallThatRunsTooLongInAll) {
    Limits limits;
    limits.cpu_per_call = std::chrono::milliseconds(30);
    std::deque<Answer> answers(1000, said());
    auto result = run_statements("while true do for i = 1, 500000 do end call:say('x') end", answers, limits);
    EXPECT_EQ(result.failed().limit, "cpu");
    EXPECT_EQ(result.failed().what,
              "this flow used more than 30 ms of CPU in one call: look for a loop that runs too often");
    EXPECT_GT(result.asks.size(), 1u);
}

TEST(FlowRun, ReportsItsMemoryWhichIsLittle) {
    on_worker([] {
        FlowRun run(compile_flow("return { on_call = function(call) call:say('Hi') end }"), {});
        EXPECT_EQ(run.memory_bytes(), 0u);
        run.start("on_call", test_call());
        EXPECT_GT(run.memory_bytes(), 10'000u);
        EXPECT_LT(run.memory_bytes(), 48u << 10);
    });
}

}  // namespace
}  // namespace switchhook::script
