#include "script/flow_tester.hpp"

#include "script/endless_loop.hpp"
#include "script/test_a_flow.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <iostream>

namespace switchhook::script {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const char* const menu = R"(return {
  settings = { front_desk = "+15550100" },
  on_call = function(call)
    local answer = call:gather { say = "To book a visit, press 1.", digits = 1 }
    if answer and answer.digits == "1" then
      call:say("Your visit is booked.")
    else
      call:dial(call.settings.front_desk)
    end
  end,
})";

std::vector<std::string> names(const std::vector<TestResult>& results) {
    std::vector<std::string> names;
    for (auto& result : results) names.push_back(result.name);
    return names;
}

class FlowTester_ : public FlowTests {};

TEST_F(FlowTester_, PassesACallThatGoesAsToldAndNamesItsLine) {
    auto results = run(menu, R"(local it = test.flow("lexi")

it("rings the front desk when the caller is silent", function(caller)
  caller:hears("press 1")
  caller:says_nothing()
  caller:is_put_through_to("+15550100")
end)
)");
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
    EXPECT_EQ(results[0].name, "rings the front desk when the caller is silent");
    EXPECT_EQ(results[0].where, "lexi/flow_test.lua:3");
    EXPECT_GT(results[0].took.count(), 0);
}

TEST_F(FlowTester_, ShowsWhatWasHeardAndTheCallUpToThere) {
    auto results = run(menu, R"(local it = test.flow("lexi")
it("books", function(caller)
  caller:hears("press 1")
  caller:presses("1")
  caller:hears("press 2")
  caller:is_hung_up()
end)
)");
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure,
              "lexi/flow_test.lua:5: expected the caller to hear \"press 2\", but heard: \"Your visit is booked.\"");
    EXPECT_EQ(results[0].transcript,
              "   0:00  +12025550142 calls +12025550199\n"
              "   0:00  flow says \"To book a visit, press 1.\"\n"
              "   0:00  the flow waits for 1 digit\n"
              "   0:00  the caller presses 1\n"
              ">  0:00  flow says \"Your visit is booked.\"\n"
              "   0:00  the flow hung up\n"
              ">  0:00  expected the caller to hear \"press 2\", but heard: \"Your visit is booked.\"");
}

TEST_F(FlowTester_, RunsTheTestsWhoseNameContainsTheFilterInAnyCase) {
    const char* tests = R"(local it = test.flow("lexi")
it("Books a visit", function() end)
it("cancels a visit", function() end)
it("rings", function() end))";
    EXPECT_THAT(names(run(menu, tests)), ElementsAre("Books a visit", "cancels a visit", "rings"));
    EXPECT_THAT(names(run(menu, tests, {.filter = "VISIT"})), ElementsAre("Books a visit", "cancels a visit"));
    EXPECT_THAT(run(menu, tests, {.filter = "nothing of the kind"}), IsEmpty());
}

TEST_F(FlowTester_, GivesEveryTestANewCallANewStoreAndNewReplies) {
    const char* flow = R"(return { on_call = function(call)
  call.vars.calls = (call.vars.calls or 0) + 1
  local page = http.get("https://crm.example/")
  call:say("Call " .. call.vars.calls .. ", visit " .. kv.increment("visits") .. ", status " .. page.status)
end })";
    auto results = run(flow, R"(local it = test.flow("lexi")
local function greets(caller)
  network:replies("https://crm.example/", { status = 201 })
  caller:hears_exactly("Call 1, visit 1, status 201")
end
it("greets", greets)
it("greets again", greets)
it("has no reply left", function(caller) caller:hears("Call") end))");
    ASSERT_THAT(results, SizeIs(3));
    EXPECT_EQ(results[0].failure, "");
    EXPECT_EQ(results[1].failure, "");
    EXPECT_EQ(
        results[2].failure,
        "lexi/flow_test.lua:8: the flow sends GET https://crm.example/ (lexi/flow.lua:3) and the test says no reply: "
        "write network:replies(\"https://crm.example/\", { status = 200 }) before it");
}

TEST_F(FlowTester_, SharesTheFilesOwnVariablesAmongItsTests) {
    auto results = run(menu, R"(local it = test.flow("lexi")
local seen = 0
it("first", function() seen = seen + 1 end)
it("second", function() assert(seen == 1) end))");
    ASSERT_THAT(results, SizeIs(2));
    EXPECT_EQ(results[1].failure, "");
}

TEST_F(FlowTester_, LaysATestsSettingsOverTheFlows) {
    auto results = run(menu, R"(local it = test.flow("lexi", { from = "+12025550111" })
it("rings the other desk", { settings = { front_desk = "+15550177" } }, function(caller)
  caller:says_nothing()
  caller:is_put_through_to("+15550177")
end))");
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
}

TEST_F(FlowTester_, TellsTheFlowWhoCallsWhom) {
    const char* flow = R"(return { on_call = function(call)
  call:say(call.from .. " " .. call.to .. " " .. (call.caller.name or "?"))
end })";
    auto results = run(flow, R"(local it = test.flow("lexi", { from = "+12025550111", to = "+12025550122" })
it("a", { caller = { name = "Ann" } }, function(caller) caller:hears("+12025550111 +12025550122 Ann") end)
it("b", { from = "anonymous" }, function(caller) caller:hears("anonymous +12025550122 ?") end))");
    ASSERT_THAT(results, SizeIs(2));
    EXPECT_EQ(results[0].failure, "");
    EXPECT_EQ(results[1].failure, "");
}

TEST_F(FlowTester_, RunsWhatWasGivenToBeforeEach) {
    const char* flow = "return { on_call = function(call) call:say(kv.get(\"greeting\")) end }";
    auto results = run(flow, R"(local it = test.flow("lexi")
test.before_each(function() store:set("greeting", "Good day.") end)
it("greets", function(caller) caller:hears("Good day.") end)
it("greets once more", function(caller) caller:hears("Good day.") end))");
    ASSERT_THAT(results, SizeIs(2));
    EXPECT_EQ(results[0].failure, "");
    EXPECT_EQ(results[1].failure, "");
}

TEST_F(FlowTester_, TestsAnotherBusinessesFlowThatIsLive) {
    auto other = compile("return { on_call = function(call) call:say(\"Here is Max.\") end }", "max");
    auto find = [&](const std::string& name) { return name == "max" ? other : nullptr; };
    auto results = FlowTester::run({"lexi/flow_test.lua", R"(test.flow("max")("greets", function(caller)
  caller:hears("Here is Max.")
end))"},
                                   compile(menu), {}, find);
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
}

TEST_F(FlowTester_, LetsTestsRequireTheFlowsOwnModules) {
    Bundle bundle{"lexi",
                  {"lexi/flow.lua", R"(local desk = require "desk"
return { on_call = function(call) call:dial(desk.number) end })"},
                  {}};
    bundle.modules["desk"] = {"lexi/desk.lua", "return { number = \"+15550100\" }"};
    auto made = Flow::compile(bundle, Limits{});
    ASSERT_TRUE(std::holds_alternative<std::shared_ptr<const Flow>>(made));
    auto flow = std::get<std::shared_ptr<const Flow>>(made);
    auto results = FlowTester::run({"lexi/flow_test.lua", R"(local desk = require "desk"
test.flow("lexi")("dials", function(caller) caller:is_put_through_to(desk.number) end))"},
                                   flow, {});
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].failure, "");
}

// ── What fails a test beside its own lines ──────────────────────────────────────────────────────────────────────────

TEST_F(FlowTester_, BlamesTheFlowsLineWhereTheFlowBreaks) {
    EXPECT_EQ(call_failure("local slots\ncall:gather { say = \"Hello.\" }\ncall:say(slots.first)",
                           "caller:hears(\"Hello\")\ncaller:says_nothing()"),
              "lexi/flow_test.lua:4: the flow broke at lexi/flow.lua:4: attempt to index local 'slots' (a nil value)");
}

TEST_F(FlowTester_, LetsATestEndWhileTheFlowWaitsThenHangsUp) {
    const char* flow = R"(return {
  on_call = function(call) call:gather { say = "Hello." } end,
  on_call_ended = function(call) error("ended " .. call:summary().status) end,
})";
    EXPECT_EQ(
        failure("return { on_call = function(call) call:gather { say = \"Hello.\" } end }", "caller:hears(\"Hello\")"),
        "");
    EXPECT_EQ(failure(flow, "caller:hears(\"Hello\")"),
              "lexi/flow_test.lua:2: the flow broke at lexi/flow.lua:3: ended completed");
}

TEST_F(FlowTester_, RunsOnCallEndedWhenTheCallEnds) {
    const char* flow = R"(return {
  on_call = function(call)
    call.vars.name = call:gather { say = "Your name?", speech = true }.speech
    call:say("Thank you.")
  end,
  on_call_ended = function(call)
    local summary = call:summary()
    http.post("https://crm.example/calls", {
      json = { name = call.vars.name, status = summary.status, seconds = summary.seconds, words = summary.transcript },
    })
  end,
})";
    EXPECT_EQ(failure(flow, R"(network:replies("https://crm.example/calls")
clock:advance(1)
caller:hears("Your name?")
clock:advance(7)
caller:says("Ann")
caller:is_hung_up()
network:was_sent("POST", "https://crm.example/calls", {
  json = {
    name = "Ann", status = "completed", seconds = 7,
    words = { { who = "flow", what = "Your name?" }, { who = "caller", what = "Ann" }, { who = "flow", what = "Thank you." } },
  },
}))"),
              "");
}

TEST_F(FlowTester_, SaysWhichHandlerIsMissing) {
    EXPECT_EQ(failure("return { on_message = function() return \"Hi\" end }", "caller:hears(\"Hi\")"),
              "lexi/flow_test.lua:3: flow \"lexi\" has no on_call: add on_call = function(…) … end to what it returns");
}

TEST_F(FlowTester_, CannotBeTalkedOutOfAFailure) {
    EXPECT_EQ(
        failure(menu, "pcall(caller.hears, caller, \"press 2\")"),
        "lexi/flow_test.lua:3: expected the caller to hear \"press 2\", but heard: \"To book a visit, press 1.\"");
}

TEST_F(FlowTester_, EndsATestThatNeverEndsAndGoesOnWithTheNext) {
    if (signals_are_held_back) GTEST_SKIP() << held_back_signals;
    auto results = run(menu, R"(local it = test.flow("lexi")
it("loops", function()
  while true do end
end)
it("greets", function(caller) caller:hears("press 1") end))");
    ASSERT_THAT(results, SizeIs(2));
    EXPECT_EQ(results[0].failure,
              "lexi/flow_test.lua:3: the test used more than 1000 ms of CPU time: look for a loop that never ends");
    EXPECT_EQ(results[1].failure, "");
}

TEST_F(FlowTester_, EndsAFlowThatNeverEnds) {
    if (signals_are_held_back) GTEST_SKIP() << held_back_signals;
    EXPECT_THAT(call_failure("while true do end", "caller:hears(\"Hello\")"),
                HasSubstr("lexi/flow_test.lua:3: the flow broke at lexi/flow.lua:2: "));
}

TEST_F(FlowTester_, EndsATestThatTakesAllMemory) {
    EXPECT_EQ(failure(menu, "local all = {}\nfor i = 1, 1e9 do all[i] = { i } end"),
              "lexi/flow_test.lua:1: the tests of this file hold more than 64 MiB");
}

TEST_F(FlowTester_, GivesTestsNoWayToTheMachine) {
    for (std::string name : {"io", "debug", "load", "loadstring", "dofile", "jit", "package"})
        EXPECT_THAT(failure(menu, "local way = " + name), HasSubstr("lexi/flow_test.lua:3: `" + name + "` is not "))
            << name;
}

// ── Mistakes in the test file itself ────────────────────────────────────────────────────────────────────────────────

std::string load_failure(const std::vector<TestResult>& results) {
    return results.size() == 1 && results[0].name == "loads" ? results[0].failure : "it loads";
}

TEST_F(FlowTester_, TellsWhereTheFileIsNoLua) {
    EXPECT_EQ(load_failure(run(menu, "local it = test.flow(\"lexi\")\nit(\"greets\", function(caller)\n")),
              "lexi/flow_test.lua:3: 'end' expected (to close 'function' at line 2) near '<eof>'");
    EXPECT_EQ(load_failure(run(menu, "\x1bLJ")), "lexi/flow_test.lua:1: is not a text file");
}

TEST_F(FlowTester_, TellsWhichFlowTheFileBelongsTo) {
    EXPECT_EQ(load_failure(run(menu, "test.flow(\"lexii\")")),
              "lexi/flow_test.lua:1: no flow is called \"lexii\": this file stands beside test.flow(\"lexi\")");
}

TEST_F(FlowTester_, SuggestsWhatWasMeant) {
    EXPECT_EQ(load_failure(run(menu, "test.flwo(\"lexi\")")),
              "lexi/flow_test.lua:1: test.flwo is not known: did you mean \"flow\"?");
    EXPECT_EQ(failure(menu, "caller:heers(\"press 1\")"),
              "lexi/flow_test.lua:3: caller:heers is not known: did you mean \"hears\"?");
    EXPECT_EQ(failure(menu, "caller:says(\"one\", { confidense = 1 })"),
              "lexi/flow_test.lua:3: option confidense is not known: did you mean \"confidence\"?");
    EXPECT_EQ(failure(menu, "dial:is_bsy()"),
              "lexi/flow_test.lua:3: dial:is_bsy is not known: did you mean \"is_busy\"?");
}

TEST_F(FlowTester_, TellsWhatAnArgumentShouldBe) {
    EXPECT_EQ(failure(menu, "caller:hears()"),
              "lexi/flow_test.lua:3: wants a string, as in caller:hears(\"press 1\"), but was given nothing");
    EXPECT_EQ(failure(menu, "caller:presses(1)"),
              "lexi/flow_test.lua:3: wants a string, as in caller:presses(\"1\"), but was given 1");
    EXPECT_EQ(failure(menu, "caller.hears(\"press 1\")"), "lexi/flow_test.lua:3: write caller:hears(…), with a colon");
    EXPECT_EQ(
        load_failure(run(menu, "local it = test.flow(\"lexi\")\nit(function() end)")),
        "lexi/flow_test.lua:2: wants a string, as in it(\"greets\", function(caller) caller:hears(\"Welcome\") end), "
        "but was given a function");
    EXPECT_EQ(load_failure(run(menu, "local it = test.flow(\"lexi\")\nit(\"a\", { form = \"x\" }, function() end)")),
              "lexi/flow_test.lua:2: option form is not known: did you mean \"from\"?");
}

TEST_F(FlowTester_, RefusesWordsOutsideOfATest) {
    EXPECT_EQ(load_failure(run(menu, "dial:is_busy()")),
              "lexi/flow_test.lua:1: dial:is_busy(…) belongs inside of a test: it(\"…\", function(caller) … end)");
    EXPECT_EQ(failure(menu, "test.flow(\"lexi\")(\"inner\", function() end)"),
              "lexi/flow_test.lua:3: a test cannot contain a test: write it(…) below the other's end)");
}

TEST_F(FlowTester_, ReportsAnErrorOfTheTestsOwn) {
    EXPECT_EQ(failure(menu, "local slots\ncaller:hears(slots.first)"),
              "lexi/flow_test.lua:4: attempt to index local 'slots' (a nil value)");
}

// Not a check but a figure: --gtest_also_run_disabled_tests --gtest_filter='*PrintsMockCallsPerSecond'
TEST_F(FlowTester_, DISABLED_PrintsMockCallsPerSecond) {
    std::string tests =
        "local it = test.flow(\"lexi\")\nfor i = 1, 2000 do it(\"call \" .. i, function(caller)\n"
        "caller:hears(\"press 1\")\ncaller:says_nothing()\ncaller:is_put_through_to(\"+15550100\")\n"
        "dial:answers { seconds = 20 }\ncaller:is_hung_up()\nend) end";
    auto flow = compile(menu);
    for (int round = 0; round < 5; ++round) {
        auto started = std::clock();
        auto results = FlowTester::run({"lexi/flow_test.lua", tests}, flow, {});
        auto seconds = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;  // of CPU: the machine may be busy
        for (auto& result : results) ASSERT_EQ(result.failure, "");
        std::cout << static_cast<int>(static_cast<double>(results.size()) / seconds)
                  << " mock calls per second of one core\n";
    }
}

}  // namespace
}  // namespace switchhook::script
