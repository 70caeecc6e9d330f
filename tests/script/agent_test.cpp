// What scripts/agent*.lua ask for, and what they say of mistakes. What a conversation does is tested from the caller's
// side in tests/script/modules/agent.
#include "run_flow.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;
using core::Answer;
using core::Json;

namespace {

std::string mistake(const std::string& settings) {
    return problems_of("local host =\n  agent(" + settings + ")\nreturn { on_call = function() end }");
}

std::string mistake_in(const std::string& parameter) {
    return mistake("{ instructions = 'x', tools = { book = { about = 'x', run = print, params = { day = " + parameter +
                   " } } } }");
}

Answer tool(const std::string& id, const std::string& name, const std::string& arguments) {
    return Answer::of({{"tool", {{"call_id", id}, {"name", name}, {"arguments", arguments}}}}, test_time());
}

Answer finished(const std::string& reason) {
    return Answer::of({{"finished", {{"reason", reason}, {"seconds", 3}}}}, test_time());
}

Answer nothing_more() {
    return Answer::of(nullptr, test_time());
}

// The asks of a call that talks with this agent, given these answers.
FlowResult talk(const std::string& settings, std::deque<Answer> answers) {
    return run_flow("local host = agent(" + settings +
                        ")\n"
                        "return { on_call = function(call)\n  return call:converse(host).reason\nend }",
                    std::move(answers));
}

const char* const counting = R"({ instructions = 'Count.', tools = { count = {
  about = 'Counts.', params = { by = 'integer: how far' }, run = function(args) log('counted') return { n = args.by } end } } })";

}  // namespace

TEST(Agent, AsksForAConversationWithItsSettings) {
    auto result = talk(R"({ instructions = function(call) return 'You serve ' .. call.to end, greeting = 'Hello!',
                          voice = 'cedar', silence = false, history_hours = 3, text = { model = 'm' } })",
                       {finished("finished")});
    ASSERT_EQ(result.asks.size(), 1U);
    EXPECT_EQ(result.asks[0].kind, "converse");
    EXPECT_EQ(result.asks[0].where, "test/flow.lua:4");
    EXPECT_EQ(result.asks[0].options, Json({{"instructions", "You serve +15550100200"},
                                            {"greeting", {{"text", "Hello!"}}},
                                            {"voice", "cedar"},
                                            {"silence", false}}));
    EXPECT_EQ(result.value(), "finished");
}

TEST(Agent, TellsTheModelOfItsToolsInJsonSchema) {
    auto result = talk(R"({ instructions = 'x', tools = { book = { about = 'Books.', run = print, params = {
        day = 'date: the day', at = 'time', people = 'integer 1..12: people', share = 'number? ..0.5',
        name = 'string 2..', sure = 'boolean', size = 'one of: small, large', kind = { 'a', 'b' },
        wishes = 'string[]? 1..3: wishes', ['address?'] = { street = 'string' }, guests = { { name = 'string' } },
    } }, agent.hangup } })",
                       {});
    auto tools = std::get<core::Ask>(result.last).options["tools"];
    ASSERT_EQ(tools.size(), 2U);
    EXPECT_EQ(tools[0]["name"], "book");
    EXPECT_EQ(tools[0]["description"], "Books.");
    auto& schema = tools[0]["parameters"];
    EXPECT_EQ(schema["type"], "object");
    EXPECT_EQ(schema["additionalProperties"], false);
    EXPECT_EQ(schema["required"], Json({"at", "day", "guests", "kind", "name", "people", "size", "sure"}));
    auto& properties = schema["properties"];
    EXPECT_EQ(properties["day"], Json({{"type", "string"}, {"description", "the day (YYYY-MM-DD)"}}));
    EXPECT_EQ(properties["at"], Json({{"type", "string"}, {"description", "HH:MM, 24 hours"}}));
    EXPECT_EQ(properties["people"],
              Json({{"type", "integer"}, {"description", "people"}, {"minimum", 1}, {"maximum", 12}}));
    EXPECT_EQ(properties["share"], Json({{"type", "number"}, {"maximum", 0.5}}));
    EXPECT_EQ(properties["name"], Json({{"type", "string"}, {"minLength", 2}}));
    EXPECT_EQ(properties["sure"], Json({{"type", "boolean"}}));
    EXPECT_EQ(properties["size"], Json({{"type", "string"}, {"enum", {"small", "large"}}}));
    EXPECT_EQ(properties["kind"], Json({{"type", "string"}, {"enum", {"a", "b"}}}));
    EXPECT_EQ(properties["wishes"], Json({{"type", "array"},
                                          {"items", {{"type", "string"}}},
                                          {"minItems", 1},
                                          {"maxItems", 3},
                                          {"description", "wishes"}}));
    EXPECT_EQ(properties["address"], Json({{"type", "object"},
                                           {"additionalProperties", false},
                                           {"properties", {{"street", {{"type", "string"}}}}},
                                           {"required", {"street"}}}));
    EXPECT_EQ(properties["guests"]["items"]["required"], Json({"name"}));
    EXPECT_EQ(tools[1]["name"], "hangup");
    EXPECT_EQ(tools[1]["parameters"],
              Json({{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}}));
}

TEST(Agent, AnswersAToolWithItsResult) {
    auto result = talk(counting, {tool("c1", "count", R"({"by": 4})"), nothing_more(), finished("finished")});
    ASSERT_EQ(result.asks.size(), 3U);
    EXPECT_EQ(result.asks[1].kind, "log");
    EXPECT_EQ(result.asks[2].kind, "tool_result");
    EXPECT_EQ(result.asks[2].options, Json({{"call_id", "c1"}, {"output", R"({"n":4})"}, {"respond", true}}));
    EXPECT_EQ(result.failure(), "finished: \"finished\"");
}

TEST(Agent, RunsNoToolTwiceForOneWish) {
    auto again = tool("c1", "count", R"({"by": 4})");
    auto result = talk(counting, {again, nothing_more(), again, finished("finished")});
    ASSERT_EQ(result.asks.size(), 4U);
    EXPECT_EQ(result.asks[3].kind, "tool_result");
    EXPECT_EQ(result.asks[3].options["output"], R"({"n":4})");
}

TEST(Agent, NamesTheToolsThatThereAre) {
    auto result = talk(counting, {tool("c1", "cuont", "{}"), nothing_more()});
    ASSERT_TRUE(std::holds_alternative<core::Ask>(result.last)) << result.failure();
    EXPECT_EQ(std::get<core::Ask>(result.last).options["output"],
              R"({"error":"there is no tool `cuont`; there is `count`"})");
}

TEST(Agent, LogsTheLineAtWhichAToolBroke) {
    auto result =
        talk("{ instructions = 'x', tools = { add = { about = 'x', run = function()\nreturn 1 + nil\nend } } }",
             {tool("c1", "add", "")});
    auto& log = std::get<core::Ask>(result.last);
    EXPECT_EQ(log.kind, "log");
    EXPECT_EQ(log.options["fields"]["tool"], "add");
    EXPECT_EQ(log.options["fields"]["problem"], "test/flow.lua:2: attempt to perform arithmetic on a nil value");
}

TEST(Agent, LetsAToolDoNothingThatNeedsTheCaller) {
    auto result = talk(
        "{ instructions = 'x', tools = { menu = { about = 'x', run = function(_, call)\n"
        "call:gather { digits = 1 }\nend } } }",
        {tool("c1", "menu", "")});
    EXPECT_EQ(
        std::get<core::Ask>(result.last).options["fields"]["problem"],
        "test/flow.lua:2: `gather` cannot be used while the assistant talks with the caller: return from the tool "
        "first, and do it after `converse`");
}

TEST(Agent, HasSomethingHeardWhileAToolRuns) {
    auto result = talk(R"({ instructions = 'x', tools = { look = {
        about = 'x', say_while = 'One moment.', play_while = 'typing', run = function() return 'seen' end } } })",
                       {tool("c1", "look", ""), nothing_more(), nothing_more()});
    ASSERT_EQ(result.asks.size(), 4U) << result.failure();
    EXPECT_EQ(result.asks[1].kind, "interject");
    EXPECT_EQ(result.asks[2].kind, "play_while");
    EXPECT_EQ(result.asks[2].options, Json({{"sound", "typing"}}));
    EXPECT_EQ(result.asks[3].kind, "tool_result");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { book = { about = 'x', run = print, play_while = 'jazz' } } }"),
              "test/flow.lua:2: agent: tools.book: `play_while` is \"typing\" or \"tone\", not \"jazz\"");
}

TEST(Agent, EndsTheConversationWhereAToolSaysSo) {
    auto result = talk("{ instructions = 'x', tools = { agent.escalate } }",
                       {tool("c1", "escalate", R"({"why":"lost"})"), finished("escalate")});
    ASSERT_EQ(result.asks.size(), 2U);
    EXPECT_EQ(result.asks[1].kind, "end_conversation");
    EXPECT_EQ(result.asks[1].options,
              Json({{"call_id", "c1"}, {"output", "done"}, {"reason", "escalate"}, {"value", {{"why", "lost"}}}}));
    EXPECT_EQ(result.value(), "escalate");
}

TEST(Agent, DialsNobodyForACallerWhoHungUpDuringTheTransfer) {
    auto result = talk("{ instructions = 'x', tools = { agent.transfer { to = '+15550100' } } }",
                       {tool("c1", "transfer", R"({"summary":"x"})"), finished("caller_hung_up")});
    EXPECT_EQ(result.failure(), "finished: \"caller_hung_up\"");
}

TEST(Agent, MayBeATableWhereItIsUsed) {
    auto result = run_statements("call:converse { instructions = 'x' }");
    EXPECT_EQ(std::get<core::Ask>(result.last).options, Json({{"instructions", "x"}}));
    EXPECT_EQ(run_statements("call:converse()").failure(),
              "test/flow.lua:2: agent: what an agent is comes as a table: agent { instructions = \"…\" }");
    EXPECT_EQ(run_statements("call:converse({ instructions = 'x' }, { vocie = 'y' })").failure(),
              "test/flow.lua:2: converse: there is no option `vocie`; did you mean `voice`?");
}

TEST(Agent, IsNoModule) {
    EXPECT_NE(problems_of("local a = require 'agent_tools' return { on_call = function() end }"), "");
    EXPECT_EQ(
        problems_of("agent = 1 return { on_call = function() end }"),
        "test/flow.lua:1: `agent` is the engine's and read-only: write `local agent = …`, or choose another name");
}

TEST(Agent, TakesAsksOfAConversationOnlyFromItsOwnScripts) {
    EXPECT_EQ(run_statements("call:end_conversation()").failure(),
              "test/flow.lua:2: a call has no `end_conversation`; what you keep yourself goes into `call.vars`");
}

TEST(Agent, IsCheckedWhenTheFlowLoads) {
    EXPECT_EQ(mistake("{ voice = 'x' }"),
              "test/flow.lua:2: agent: `instructions` is missing; it is a text or a function");
    EXPECT_EQ(mistake("{ instructions = 'x', tols = {} }"),
              "test/flow.lua:2: agent: there is no option `tols`; did you mean `tools`?");
    EXPECT_EQ(mistake("{ instructions = 'x', turn_detection = { type = 'vad' } }"),
              "test/flow.lua:2: agent: `turn_detection.type` is \"server_vad\" or \"semantic_vad\", not \"vad\"");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { book = { about = 'x' } } }"),
              "test/flow.lua:2: agent: tools.book: `run` is missing; it is a function");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { book = { about = 'x', rnu = print } } }"),
              "test/flow.lua:2: agent: tools.book: there is no option `rnu`; did you mean `run`?");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { { about = 'x', run = print } } }"),
              "test/flow.lua:2: agent: a tool of your own has a name: tools = { book_table = { … } }");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { agent.hangup, hangup = agent.escalate } }"),
              "test/flow.lua:2: agent: two tools are called \"hangup\": give one a name of its own");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { ['book table'] = agent.hangup } }"),
              "test/flow.lua:2: agent: a tool cannot be called \"book table\": use letters, digits and _, 64 at most");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { agent.transfer { to = '5550100' } } }"),
              "test/flow.lua:2: agent.transfer: `to` is a phone number such as \"+15551230100\", not \"5550100\"; "
              "write + and the country code first, then digits only: \"+15550100\"");
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { agent.collect_digits } }"),
              "test/flow.lua:2: agent.collect_digits: `run` is missing; it is a function");
}

TEST(Agent, SaysHowParametersAreWritten) {
    const std::string how =
        "write a type such as \"string: what it is\", \"integer 1..20\", \"number\", \"boolean\", \"date\", \"time\", "
        "\"one of: small, large\" or \"string[]\", with ? after it if it may be left out, or a table of these";
    EXPECT_EQ(mistake_in("'sting: a day'"),
              "test/flow.lua:2: agent: `tools.book.params.day` is \"sting: a day\": \"sting\" is no type; did you mean "
              "\"string\"? " +
                  how);
    EXPECT_EQ(mistake_in("true"), "test/flow.lua:2: agent: `tools.book.params.day` is a boolean: " + how);
    EXPECT_EQ(
        mistake_in("'integer from 1 to 3'"),
        "test/flow.lua:2: agent: `tools.book.params.day` is \"integer from 1 to 3\": \"from 1 to 3\" is no range; "
        "write \"integer 1..20\", and what it is after a colon");
    EXPECT_EQ(
        mistake_in("'integer 9..3'"),
        "test/flow.lua:2: agent: `tools.book.params.day` is \"integer 9..3\": \"9..3\" is no range; write \"integer "
        "1..20\", and what it is after a colon");
    EXPECT_EQ(mistake_in("'boolean 1..3'"),
              "test/flow.lua:2: agent: `tools.book.params.day` is \"boolean 1..3\": only numbers, texts (their length) "
              "and lists (their items) have a range");
    EXPECT_EQ(mistake_in("{ 'string' }"),
              "test/flow.lua:2: agent: `tools.book.params.day` is a list: for a list of them write \"string[]\"");
    EXPECT_EQ(mistake_in("{ 'a', 'a' }"),
              "test/flow.lua:2: agent: `tools.book.params.day` is a list: \"a\" stands twice in it");
    EXPECT_EQ(mistake_in("{ zip = 'strin' }"),
              "test/flow.lua:2: agent: `tools.book.params.day.zip` is \"strin\": \"strin\" is no type; did you mean "
              "\"string\"? " +
                  how);
    EXPECT_EQ(mistake("{ instructions = 'x', tools = { book = { about = 'x', run = print, params = 'string' } } }"),
              "test/flow.lua:2: agent: `tools.book.params` is a string: write a table with the parameters' names, as { "
              "date = \"date: the day\" }");
}

TEST(Agent, IsCheckedWhereAHandlerMakesIt) {
    const std::string wrong = "agent: `instructions` is missing; it is a text or a function";
    EXPECT_EQ(run_statements("local host = agent { voice = 'x' }").failure(), "test/flow.lua:2: " + wrong);
    EXPECT_EQ(run_flow("return { on_call = function() require 'host' end }", {},
                       {{"host", "local host = agent {} return host"}})
                  .failure(),
              "test/host.lua:1: " + wrong);
}

TEST(Agent, StaysAsItWasMade) {
    auto result = run_flow(
        "local params = { day = 'date' }\n"
        "local settings = { instructions = 'x', tools = { book = { about = 'Books.', params = params, run = print } } "
        "}\n"
        "local host = agent(settings)\n"
        "settings.instructions, settings.tools.book.about, params.day = 'y', 'z', 'time'\n"
        "return { on_call = function(call) call:converse(host) end }");
    auto& options = std::get<core::Ask>(result.last).options;
    EXPECT_EQ(options["instructions"], "x");
    EXPECT_EQ(options["tools"][0]["description"], "Books.");
    EXPECT_EQ(options["tools"][0]["parameters"]["properties"]["day"]["description"], "YYYY-MM-DD");
}

TEST(Agent, CostsAFlowWithoutOneNothingAndAWaitingCallLittle) {
    on_worker([] {
        auto memory = [](const std::string& text, std::deque<Answer> answers = {}) {
            FlowRun run(compile_flow(text), {});
            continue_flow(run, run.start("on_call", test_call()), std::move(answers));
            return run.memory_bytes();
        };
        auto without = memory("return { on_call = function(call) call:gather { digits = 1 } end }");
        auto flow = std::string("local host = agent(") + counting +
                    ")\nreturn { on_call = function(call) call:converse(host) end }";
        auto with = memory(flow);
        auto later = memory(flow, {tool("c1", "count", R"({"by": 4})"), nothing_more()});
        EXPECT_LT(without, 48U << 10);
        EXPECT_LT(with, 54U << 10);
        EXPECT_LT(later, 54U << 10);
        RecordProperty("without", static_cast<int>(without));
        RecordProperty("with", static_cast<int>(with));
        RecordProperty("later", static_cast<int>(later));
    });
}
