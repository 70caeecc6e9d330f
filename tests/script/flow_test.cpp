#include "script/flow.hpp"

#include "script/endless_loop.hpp"
#include "script/run_flow.hpp"

namespace switchhook::script {
namespace {

constexpr const char* good = "return { on_call = function(call) end }";

TEST(Flow, KeepsHandlersSettingsAndFallback) {
    auto flow = compile_flow(
        "return { settings = { desk = '+15550100', open = { 9, 17 } },\n"
        "fallback = { dial = '+15550100', say = 'Sorry.' }, on_message = function() end }");
    EXPECT_EQ(flow->name(), "test");
    EXPECT_TRUE(flow->handles("on_message"));
    EXPECT_FALSE(flow->handles("on_call"));
    EXPECT_EQ(flow->settings(), (core::Json{{"desk", "+15550100"}, {"open", {9, 17}}}));
    EXPECT_EQ(flow->fallback(), (core::Json{{"dial", "+15550100"}, {"say", "Sorry."}}));
    EXPECT_EQ(compile_flow(good)->fallback(), core::Json(nullptr));
}

TEST(Flow, HasAVersionThatFollowsItsContent) {
    auto version = compile_flow(good)->version();
    EXPECT_EQ(version.size(), 12u);
    EXPECT_EQ(version, compile_flow(good)->version());
    EXPECT_NE(version, compile_flow(std::string(good) + " ")->version());
    EXPECT_NE(version, compile_flow(good, {{"m", "return 1"}})->version());
}

TEST(Flow, RefusesBytecodeAndEmptyFiles) {
    EXPECT_EQ(problems_of("\x1bLJ\x02"), "test/flow.lua: this is compiled Lua, not text: put the source text here");
    EXPECT_EQ(problems_of(" \n"), "test/flow.lua: the file is empty: was it saved? it must end with a `return`");
    EXPECT_EQ(problems_of(good, {{"m", "\x1bLJ\x02"}}),
              "test/m.lua: this is compiled Lua, not text: put the source text here");
}

TEST(Flow, RefusesTooMuchSource) {
    Limits limits;
    limits.source_bytes = 20;
    EXPECT_EQ(problems_of(good, {{"m", "return 1"}}, limits),
              "test/flow.lua: the flow and its modules have 47 bytes, more than 20: move data out of the code");
}

TEST(Flow, SaysWhereTheSyntaxIsWrongInEveryFile) {
    EXPECT_EQ(
        problems_of("local x = 1\nreturn { on_call = function(call)", {{"m", "return {\n'a' 'b' }"}}),
        "test/flow.lua:2: 'end' expected near '<eof>': something is not closed: look for a missing `end`, `}` or `)`\n"
        "test/m.lua:2: '}' expected (to close '{' at line 1) near ''b'': look for a missing comma in the table");
}

TEST(Flow, RefusesAModuleThatHidesOneOfTheEngines) {
    EXPECT_EQ(problems_of(good, {{"call", "return 1"}}),
              "test/call.lua: the engine has a script `call` of its own: give this one another name");
}

TEST(Flow, RefusesTestCallersThatAreNoPhoneNumbers) {
    auto with = [](const std::string& callers) {
        return "return { on_call = function() end, settings = {\n  test_callers = " + callers + " } }";
    };
    constexpr const char* problem =
        "test/flow.lua:2: `settings.test_callers` is not a list of phone numbers: write `test_callers = { "
        "\"+15551230147\" }`";
    EXPECT_EQ(problems_of(with("{ '5551230147' }")), problem);
    EXPECT_EQ(problems_of(with("'+15551230147'")), problem);
    EXPECT_EQ(problems_of(with("{ '+15551230147' }")), "");
}

TEST(Flow, SuggestsTheKeyThatWasMeant) {
    EXPECT_EQ(problems_of("return {\n  on_cal = function() end,\n  on_message = function() end }"),
              "test/flow.lua:2: a flow has no `on_cal`: did you mean \"on_call\"?");
}

TEST(Flow, GivesEveryProblemOfTheTable) {
    EXPECT_EQ(
        problems_of(
            "return {\n  on_call = 3,\n  fallback = { dail = '+15550100',\n    say = '' },\n  settings = { error } }"),
        "test/flow.lua:2: `on_call` is a number: write `on_call = function(call) … end`\n"
        "test/flow.lua:3: `fallback` has no `dail`: did you mean \"dial\"?\n"
        "test/flow.lua:4: `fallback.say` is not a text: write it in quotes\n"
        "test/flow.lua:5: settings: [1] is a function: give a text, a number, a boolean or a table of those");
}

TEST(Flow, RefusesAFallbackThatCannotBeDialled) {
    EXPECT_EQ(
        problems_of("return { on_call = function() end,\nfallback = { dial = '5550100' } }"),
        "test/flow.lua:2: `fallback.dial` is not a phone number: \"5550100\": write + and the country code first, then "
        "digits only: \"+15550100\"");
    EXPECT_EQ(problems_of("return { on_call = function() end,\nfallback = {} }"),
              "test/flow.lua:2: `fallback` says nothing to do: give it `dial`, `say` or both");
}

TEST(Flow, RefusesAFileThatAnswersNothing) {
    EXPECT_EQ(problems_of("local x = 1"),
              "test/flow.lua: the file returns nothing: end it with `return { on_call = function(call) … end }`");
    EXPECT_EQ(problems_of("return { on_call_ended = function() end }"),
              "test/flow.lua: the flow answers neither calls nor texts: add `on_call = function(call) … end`");
}

TEST(Flow, RefusesAnAskOutsideAHandler) {
    EXPECT_EQ(problems_of("local x\nlog('loaded')\nreturn {}"),
              "test/flow.lua:2: log cannot be used while the file loads: move it into a function that on_call calls");
}

TEST(Flow, RefusesAFileThatBreaksWhileItLoads) {
    EXPECT_EQ(problems_of("local x\nx.y = 1"), "test/flow.lua:2: attempt to index local 'x' (a nil value)");
    EXPECT_EQ(problems_of("local t = {}\nwhile true do t = { t, t, t } end"),
              "test/flow.lua: this flow needs more than 16384 KiB of memory: look for a table or a text that keeps "
              "growing");
}

TEST(Flow, RefusesAFileThatNeverLoads) {
    if (signals_are_held_back) GTEST_SKIP() << held_back_signals;
    EXPECT_EQ(problems_of("while true do end"),
              "test/flow.lua:1: this flow used more than 200 ms of CPU before its next step: look for a loop that "
              "never waits");
}

}  // namespace
}  // namespace switchhook::script
