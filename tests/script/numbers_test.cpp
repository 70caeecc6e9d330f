#include "script/numbers.hpp"

#include "script/endless_loop.hpp"
#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::shared_ptr<const Flow> flow_with(const std::string& settings) {
    auto source = "return { settings = " + settings + ", on_call = function(call) end }";
    auto flow = Flow::compile({"lexi", {"lexi/flow.lua", source}, {}}, Limits());
    return std::get<std::shared_ptr<const Flow>>(flow);
}

using Kept = std::optional<std::map<std::string, core::Json>>;

Numbers read(const std::string& text, const Kept& kept = {}) {
    NumbersContext context;
    context.kept = kept;
    context.flows["dental"] = flow_with(
        "{ desk = { type = 'phone', required = true, label = 'Front desk' }, seats = { type = 'number', min = 1 },"
        " language = { type = 'choice', choices = { 'en-US', 'es-US' } }, token = { type = 'text', secret = true },"
        " pin = { type = 'text', secret = true, required = true } }");
    context.flows["lexi"] = flow_with("{ front_desk = \"+15550100\", greeting = \"Hi\" }");
    context.flows["concya"] = nullptr;
    context.flows["avnz"] = flow_with("{}");
    context.providers = {"twilio"};
    Numbers numbers;
    Watchdog watchdog;
    {
        WorkerThread thread([&] {
            Watchdog::Registration registration(watchdog);
            numbers = read_numbers({"numbers.lua", text}, context, Limits(), {});
        });
    }
    return numbers;
}

std::vector<std::string> problems_of(const std::string& text, const Kept& kept = {}) {
    std::vector<std::string> all;
    for (const auto& problem : read(text, kept).problems) all.push_back(problem.text());
    return all;
}

// What is set for a number in the store.
Kept kept(const core::Json& values) {
    return std::map<std::string, core::Json>{{"+15550100", values}};
}

}  // namespace

TEST(Numbers, GiveEveryNumberItsFlow) {
    auto numbers = read(R"(
local desk = "+15550109"
return {
  ["+15550100"] = "lexi",
  ["+15550101"] = { flow = "lexi", provider = "twilio", account = "AC1", settings = { front_desk = desk } },
  ["+15550102"] = { flow = "concya" },
})");
    EXPECT_THAT(numbers.problems, IsEmpty());
    ASSERT_EQ(numbers.entries.size(), 3u);
    EXPECT_EQ(numbers.entries["+15550100"].flow, "lexi");
    EXPECT_EQ(numbers.entries["+15550100"].provider, "twilio");
    EXPECT_EQ(numbers.entries["+15550100"].line, 4);
    const auto& whole = numbers.entries["+15550101"];
    EXPECT_EQ(whole.number, "+15550101");
    EXPECT_EQ(whole.account, "AC1");
    EXPECT_EQ(whole.settings, core::Json({{"front_desk", "+15550109"}}));
    EXPECT_EQ(whole.line, 5);
}

TEST(Numbers, NameTheirTestCallers) {
    auto numbers = read("return { ['+15550100'] = { flow = 'lexi', test_callers = { '+15551230147' } } }");
    EXPECT_THAT(numbers.problems, IsEmpty());
    EXPECT_THAT(numbers.entries["+15550100"].test_callers, ElementsAre("+15551230147"));
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'lexi', test_callers = {} } }"), IsEmpty());
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'lexi',\ntest_callers = { '5551230147' } } }"),
                ElementsAre("numbers.lua:2: test_callers: \"5551230147\" is no phone number in E.164: "
                            "did you mean \"+15551230147\"?"));
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'lexi',\ntest_callers = '+15551230147' } }"),
                ElementsAre("numbers.lua:2: test_callers must be a list of phone numbers: write "
                            "test_callers = { \"+15551230147\" }"));
}

TEST(Numbers, MayBeNone) {
    auto numbers = read("return {}");
    EXPECT_THAT(numbers.problems, IsEmpty());
    EXPECT_THAT(numbers.entries, IsEmpty());
}

TEST(Numbers, MayBeComputed) {
    auto numbers = read("local all = {} for i = 0, 9 do all['+1555010' .. i] = 'lexi' end return all");
    EXPECT_THAT(numbers.problems, IsEmpty());
    EXPECT_EQ(numbers.entries.size(), 10u);
}

TEST(Numbers, MustBeInE164) {
    EXPECT_THAT(problems_of("return {\n['+1 (555) 0100'] = 'lexi',\n['0015550100'] = 'lexi',\n['front'] = 'lexi' }"),
                ElementsAre("numbers.lua:2: \"+1 (555) 0100\" is no phone number in E.164: did you mean \"+15550100\"?",
                            "numbers.lua:3: \"0015550100\" is no phone number in E.164: did you mean \"+15550100\"?",
                            "numbers.lua:4: \"front\" is no phone number in E.164: write + and the country code first, "
                            "then digits only: \"+15550100\""));
}

TEST(Numbers, StandOnce) {
    EXPECT_THAT(
        problems_of("return {\n['+15550100'] = 'lexi',\n\n['+15550100'] = 'avnz' }"),
        ElementsAre("numbers.lua:4: \"+15550100\" stands twice in one table, first in line 2: remove one of the "
                    "two"));
}

TEST(Numbers, RefuseUnknownKeys) {
    EXPECT_THAT(problems_of("return {\n['+15550100'] = {\nflow = 'lexi',\nsetings = {} } }"),
                ElementsAre("numbers.lua:4: unknown key \"setings\": did you mean \"settings\"?"));
}

TEST(Numbers, RefuseUnknownFlows) {
    EXPECT_THAT(problems_of("return {\n['+15550100'] = 'lexy',\n['+15550101'] = {\nflow = 'bakery' } }"),
                ElementsAre("numbers.lua:2: there is no flow \"lexy\": did you mean \"lexi\"?",
                            "numbers.lua:4: there is no flow \"bakery\": create bakery/flow.lua"));
}

TEST(Numbers, RefuseUnknownProviders) {
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'lexi', provider = 'twillio' } }"),
                ElementsAre("numbers.lua:1: unknown provider \"twillio\": did you mean \"twilio\"?"));
}

TEST(Numbers, RefuseSettingsThatTheFlowDoesNotDeclare) {
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'lexi', settings = {\nfrontdesk = 'x' } } }"),
                ElementsAre("numbers.lua:2: lexi has no setting \"frontdesk\": did you mean \"front_desk\"?"));
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'lexi', settings = { colour = 'x' } } }"),
                ElementsAre("numbers.lua:1: lexi has no setting \"colour\": use one of: front_desk, greeting"));
}

TEST(Numbers, RefuseValuesThatASettingDoesNotTake) {
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'dental', settings = { desk = '+15550100',\n"
                            "seats = 0,\nlanguage = 'en' } } }"),
                ElementsAre("numbers.lua:2: the setting `seats` is a number of at least 1, not 0: choose one of those",
                            "numbers.lua:3: the setting `language` cannot be \"en\": use one of: en-US, es-US"));
}

TEST(Numbers, RefuseSecrets) {
    EXPECT_THAT(
        problems_of("return { ['+15550100'] = { flow = 'dental', settings = { desk = '+15550100',\n"
                    "token = 's3cret' } } }"),
        ElementsAre("numbers.lua:2: the setting `token` is a secret, and what stands in a file is none: take it "
                    "away and run `switchhook settings +15550100 token=-`"));
}

TEST(Numbers, RefuseToBeWithoutWhatTheFlowNeeds) {
    const std::string text = "return {\n['+15550100'] = 'dental' }";
    const auto* missing =
        "numbers.lua:2: +15550100 has no `desk`, a setting that dental needs (Front desk): write it into the number's "
        "settings, or run `switchhook settings +15550100 desk=…`";
    EXPECT_THAT(problems_of(text), ElementsAre(missing));
    EXPECT_THAT(problems_of(text, kept({{"desk", "+15550109"}})),
                ElementsAre("numbers.lua:2: +15550100 has no `pin`, a setting that dental needs: run `switchhook "
                            "settings +15550100 pin=-`"));
    const core::Json sealed = {{"$sealed", "AQ=="}};
    EXPECT_THAT(problems_of(text, kept({{"desk", "+15550109"}, {"pin", sealed}})), IsEmpty());
    EXPECT_THAT(problems_of(text, kept({{"desk", "nobody"}, {"pin", sealed}})), ElementsAre(missing));
}

TEST(Numbers, TakeAnySettingsWhereTheFlowDeclaresNone) {
    EXPECT_THAT(problems_of("return { ['+15550100'] = { flow = 'avnz', settings = { x = 1 } },"
                            " ['+15550101'] = { flow = 'concya', settings = { y = 1 } } }"),
                IsEmpty());
}

TEST(Numbers, RefuseValuesOfTheWrongKind) {
    EXPECT_THAT(
        problems_of("return {\n['+15550100'] = 1,\n['+15550101'] = { flow = 1 },\n['+15550102'] = {},\n"
                    "['+15550103'] = { flow = 'lexi', settings = 'x' },\n['+15550104'] = '' }"),
        ElementsAre("numbers.lua:2: +15550100 must have a table or the name of a flow: write [\"+15550100\"] = { "
                    "flow = \"lexi\" }",
                    "numbers.lua:3: flow must be a text: write flow = \"…\"",
                    "numbers.lua:4: +15550102 names no flow: write [\"+15550100\"] = { flow = \"lexi\" }",
                    "numbers.lua:5: settings must be a table with names: write settings = { front_desk = "
                    "\"+15550109\" }",
                    "numbers.lua:6: +15550104 names no flow: write [\"+15550100\"] = { flow = \"lexi\" }"));
}

TEST(Numbers, MustBeATable) {
    for (auto text : {"return 1", "local x = {}", "return { 'lexi' }"})
        EXPECT_THAT(problems_of(text), ElementsAre("numbers.lua: numbers.lua must return a table from phone number to "
                                                   "flow: write [\"+15550100\"] = { flow = \"lexi\" }"))
            << text;
    EXPECT_THAT(problems_of("return { ['+15550100'] = function() end }").size(), 1);
}

TEST(Numbers, ReportBrokenLuaWithItsLine) {
    EXPECT_THAT(problems_of("return {\n['+15550100' = 'lexi' }"), ElementsAre(testing::StartsWith("numbers.lua:2: ")));
    EXPECT_THAT(problems_of("\nlocal x = nil + 1"), ElementsAre(testing::StartsWith("numbers.lua:2: ")));
}

TEST(Numbers, EndWhereTheyLoop) {
    if (signals_are_held_back) GTEST_SKIP() << held_back_signals;
    EXPECT_THAT(problems_of("while true do end"), ElementsAre(testing::StartsWith("numbers.lua:1: ")));
}

TEST(Numbers, RunInTheSandbox) {
    EXPECT_THAT(problems_of("return io.open('/etc/passwd')"), ElementsAre(testing::StartsWith("numbers.lua:1: ")));
}
