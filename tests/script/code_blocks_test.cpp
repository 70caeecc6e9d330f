// What the READMEs show in Lua is Lua that does what they say.
#include "core/call_port.hpp"
#include "script/evaluation_run.hpp"
#include "script/flow_tester.hpp"
#include "script/run_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

using namespace switchhook;
using namespace switchhook::script;

namespace {

struct Block {
    std::string where;  // "README.md:31"
    std::string text;
    std::string module;  // that its chapter is about; empty for other chapters

    bool begins_with(std::string_view words) const { return text.starts_with(words); }
    bool has(std::string_view words) const { return text.find(words) != std::string::npos; }
};

// The blocks of a file in a language, without the indentation of their fence.
std::vector<Block> blocks_of(const std::string& path, const std::string& language) {
    std::ifstream file(std::filesystem::path(SOURCE_DIR) / path);
    std::vector<Block> blocks;
    std::string line, module;
    std::optional<std::size_t> indent;
    const std::string chapter = "## `require \"";
    for (int number = 1; std::getline(file, line); ++number) {
        auto fence = line.find("```");
        if (!indent && line.starts_with("## "))
            module = line.starts_with(chapter) ? line.substr(chapter.size(), line.rfind('"') - chapter.size()) : "";
        if (indent && fence != std::string::npos) {
            indent.reset();
        } else if (indent) {
            blocks.back().text += (line.size() > *indent ? line.substr(*indent) : "") + "\n";
        } else if (fence != std::string::npos && line.substr(fence + 3) == language) {
            indent = fence;
            blocks.push_back({path + ":" + std::to_string(number + 1), "", module});
        }
    }
    return blocks;
}

// The name in "-- flows/NAME/FILE"; empty where a block does not begin so.
std::string business_of(const Block& block, const std::string& file) {
    const std::string before = "-- flows/";
    auto slash = block.text.find('/', before.size());
    if (!block.begins_with(before) || slash == std::string::npos) return {};
    return block.text.substr(slash + 1).starts_with(file + "\n")
               ? block.text.substr(before.size(), slash - before.size())
               : std::string();
}

std::shared_ptr<const Flow> compiled(const Block& block, const std::string& text, const std::string& name = "lexi") {
    auto made = Flow::compile({name, {name + "/flow.lua", text}, {}}, Limits{});
    if (auto* flow = std::get_if<std::shared_ptr<const Flow>>(&made)) return *flow;
    for (const auto& problem : std::get<Problems>(made)) ADD_FAILURE() << block.where << ": " << problem.text();
    return nullptr;
}

void run_tests(const Block& block, const std::string& text, std::shared_ptr<const Flow> flow) {
    if (!flow) return;
    auto results = FlowTester::run({flow->name() + "/flow_test.lua", text}, flow, {});
    EXPECT_FALSE(results.empty()) << block.where;
    for (const auto& result : results)
        EXPECT_EQ(result.failure, "") << block.where << ": " << result.name << "\n" << result.transcript;
}

// Evaluations are only looked at: they wait for models.
void load_evaluations(const Block& block, const std::string& text, std::shared_ptr<const Flow> flow) {
    if (!flow) return;
    const Source file{flow->name() + "/flow_eval.lua", text};
    EvaluationRun run(file, flow, {});
    auto problem = run.load();
    EXPECT_FALSE(problem) << block.where << ": " << *problem;
    EXPECT_FALSE(run.evaluations().empty()) << block.where;
}

// What the examples of the reference take for granted.
constexpr const char* surroundings = R"(
local hours, ivr, words = require "hours", require "ivr", require "words"
local opening = hours.weekly { zone = "America/New_York", week = { monday = "9:00-17:00" } }
local lexi = agent { instructions = "You are Lexi." }
local function book() end
local function offer() end
local function tell_hours() end
local function table_of() return "at seven" end
)";

// What the examples of a module take for granted beside that.
const std::map<std::string, std::string> surroundings_of = {
    {"booking", R"(
local booking = require "booking"
local salon = booking.calendar {
  opening = opening,
  services = { haircut = { minutes = 30 }, color = { minutes = 90 } },
  staff = { ann = { name = "Ann" }, ben = { name = "Ben" } },
}
)"},
    {"escalation", R"(
local people = require("escalation").policy { tiers = { { to = "+15550131" } } }
local watch = people:watch()
)"},
    {"voicemail", "local voicemail = require 'voicemail'\n"},
    {"lang", R"(
local languages = require("lang").languages {
  { code = "en-US", name = "English", prompts = { welcome = "Welcome, {name}.", ask = "What?" }, menu = "Press 1." },
  { code = "es-US", name = "Spanish", prompts = { welcome = "Hola, {name}.", ask = "¿Qué?" }, menu = "Oprima 2." },
}
)"},
    {"survey", R"(
local survey = require "survey"
local visit = survey.questions { name = "visit", { id = "stars", kind = "scale", say = "How was it?" } }
)"},
    {"faq", R"(
local faq = require "faq"
local questions = faq.open { answers = { { words = { "park" }, reply = "Behind the house." } } }
)"},
    {"phone", "local phone = require 'phone'\n"},
    {"text", "local text = require 'text'\n"},
};

// Flows for the reference's examples of tests.
constexpr const char* with_a_menu = R"(return { settings = { language = "en-US" }, on_call = function(call)
  local greeting = call.settings.language == "es-US" and "Hola. " or "Welcome. "
  if not call:gather { say = greeting .. "To book, press 1.", digits = 1 } then call:dial("+15550100") end
end })";
constexpr const char* with_an_assistant = R"(
local lexi = agent {
  instructions = "You are Lexi.",
  greeting = "How can I help you?",
  tools = {
    create_appointment = { about = "Books.", params = { date = "date", time = "time" }, run = function() return { booked = true } end },
    get_available_slots = { about = "Looks.", params = { date = "date" }, run = function() return { "10:00" } end },
    agent.hangup,
  },
}
return {
  on_call = function(call) call:converse(lexi) end,
  on_message = function(message) return message:converse(lexi) end,
})";

// An answer with which every example can go on.
core::Answer answer_to(const core::Ask& ask) {
    if (ask.kind == "converse") return core::Answer::of({{"finished", {{"reason", "escalate"}}}}, test_time());
    return core::Answer::nothing("timeout", test_time());
}

std::string surroundings_for(const Block& block) {
    auto own = surroundings_of.find(block.module);
    return std::string(surroundings) + (own == surroundings_of.end() ? "" : own->second);
}

// Runs the statements of an on_call, or of another handler, until they end.
void run_statements_of(const Block& block, const std::string& handler) {
    auto first = block.module == "lang" ? "local speaker = languages:speaker(call)\n" : "";
    auto flow = compiled(block, surroundings_for(block) + "return { " + handler +
                                    " = function(call)\nlocal message = call\n" + first + block.text + "\nend }");
    if (!flow) return;
    FlowRun run(flow, Limits{});
    auto info = test_call();
    info.settings = {{"front_desk", "+15550100"}};
    auto step = run.start(handler, info);
    for (int asks = 0; asks < 50; ++asks) {
        auto* ask = std::get_if<core::Ask>(&step);
        if (!ask || core::leaves(ask->kind)) break;
        step = run.resume(answer_to(*ask));
    }
    auto* failed = std::get_if<Failed>(&step);
    if (failed) ADD_FAILURE() << block.where << ": " << failed->where << ": " << failed->what;
}

bool speaks_of_a_test(const Block& block) {
    const std::string_view words[] = {"assistant:", "at(", "caller:", "cost:", "network:"};
    return std::any_of(std::begin(words), std::end(words), [&](auto word) { return block.begins_with(word); });
}

// A block of the reference, by what it begins with.
void check(const Block& block) {
    const bool about_tests = block.has("it(\"");
    const auto flow_under_test = block.has("assistant") ? with_an_assistant : with_a_menu;
    if (block.has("evaluation.flow(")) {
        load_evaluations(block, block.text, compiled(block, with_an_assistant));
    } else if (about_tests) {
        auto begin = block.has("test.flow") ? "" : "local it = test.flow(\"lexi\")\n";
        run_tests(block, begin + block.text, compiled(block, flow_under_test));
    } else if (speaks_of_a_test(block)) {
        run_tests(block,
                  "local it = test.flow(\"lexi\")\nit(\"does\", function(caller, assistant)\n" + block.text + "\nend)",
                  compiled(block, block.begins_with("caller:") ? with_a_menu : with_an_assistant));
    } else if (block.has("\nreturn {") || block.begins_with("return {")) {
        auto own = block.has("require") ? std::string("local function book() end\nlocal function tell_hours() end\n")
                                        : std::string();
        compiled(block, own + block.text);
    } else if (block.begins_with("on_message = ")) {
        compiled(block, surroundings_for(block) + "local sms = require 'sms'\nreturn { " + block.text + " }");
    } else if (block.begins_with("on_call_ended = ")) {
        compiled(block, surroundings_for(block) + "return { on_call = function() end, " + block.text + " }");
    } else if (block.begins_with("tools = ")) {
        compiled(block,
                 "local lexi = agent { instructions = 'x', " + block.text + " }\nreturn { on_call = function() end }");
    } else if (block.begins_with("run = ")) {
        compiled(block, "local lexi = agent { instructions = 'x', tools = { book = { about = 'Books.', " + block.text +
                            " } } }\nreturn { on_call = function() end }");
    } else {
        run_statements_of(block, block.has("message:") ? "on_message" : "on_call");
    }
}

// Compiles the blocks that are a flow.lua, loads those that are a flow_eval.lua and runs those that are a
// flow_test.lua. Gives how many tests there were.
std::size_t run_files(const std::vector<Block>& blocks) {
    std::map<std::string, std::shared_ptr<const Flow>> flows;
    std::size_t tests = 0;
    for (const auto& block : blocks) {
        auto flow = business_of(block, "flow.lua");
        auto test = business_of(block, "flow_test.lua");
        auto evaluations = business_of(block, "flow_eval.lua");
        if (!flow.empty()) flows[flow] = compiled(block, block.text, flow);
        if (!evaluations.empty()) load_evaluations(block, block.text, flows[evaluations]);
        if (test.empty()) continue;
        EXPECT_TRUE(flows.contains(test)) << block.where << ": tests no flow that is shown before it";
        run_tests(block, block.text, flows[test]);
        ++tests;
    }
    return tests;
}

bool is_file(const Block& block) {
    return !business_of(block, "flow.lua").empty() || !business_of(block, "flow_test.lua").empty() ||
           !business_of(block, "flow_eval.lua").empty();
}

}  // namespace

TEST(CodeBlocks, OfTheReadmeLoadAndPassTheirTests) {
    auto blocks = blocks_of("README.md", "lua");
    ASSERT_GE(blocks.size(), 4U);
    for (const auto& block : blocks) EXPECT_TRUE(is_file(block)) << block.where << ": begins with no file's name";
    on_worker([&] { EXPECT_GE(run_files(blocks), 2U); });
}

TEST(Examples, AreListedWithTheLineThatMakesThemInteresting) {
    namespace fs = std::filesystem;
    std::set<std::string> listed;
    std::ifstream readme(fs::path(SOURCE_DIR) / "README.md");
    static const std::regex row(R"(\| \[(\w+)\]\(examples/(\w+)/flow.lua\) \| `(.*)` \|)");
    std::smatch match;
    for (std::string line; std::getline(readme, line);) {
        if (!std::regex_match(line, match, row)) continue;
        EXPECT_EQ(match[1], match[2]);
        listed.insert(match[1]);
        std::ifstream file(fs::path(SOURCE_DIR) / "examples" / match[1].str() / "flow.lua");
        std::string flow{std::istreambuf_iterator<char>(file), {}};
        EXPECT_NE(flow.find(match[3]), std::string::npos) << match[1] << " has no such line any more: " << match[3];
    }
    EXPECT_GE(listed.size(), 8U);
    for (const auto& example : fs::directory_iterator(fs::path(SOURCE_DIR) / "examples")) {
        if (!example.is_directory() || example.path().filename().string().starts_with(".")) continue;
        EXPECT_TRUE(listed.contains(example.path().filename().string())) << example.path() << " is not in the README";
    }
}

TEST(CodeBlocks, OfTheReferenceDoWhatTheyShow) {
    auto blocks = blocks_of("scripts/README.md", "lua");
    ASSERT_GE(blocks.size(), 40U);
    for (auto& block : blocks_of("engine/README.md", "lua")) blocks.push_back(std::move(block));
    std::vector<Block> files;
    on_worker([&] {
        for (const auto& block : blocks) {
            if (is_file(block) && !block.module.empty()) {
                files.push_back(block);
            } else {
                check(block);
            }
        }
        EXPECT_GE(run_files(files), 4U);
    });
}
