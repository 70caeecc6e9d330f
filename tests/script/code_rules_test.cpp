#include "script/code_rules.hpp"

#include "script/bundle_reader.hpp"
#include "script/code_check.hpp"
#include "script/run_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace switchhook;
using namespace switchhook::script;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Bundle bundle_of(const std::string& text) {
    return {"shop", {"shop/flow.lua", text}, {}};
}

std::vector<std::string> texts(const CodeProblems& problems) {
    std::vector<std::string> all;
    for (const auto& problem : problems) all.push_back(problem.text());
    return all;
}

std::vector<std::string> found_in(const std::string& text) {
    return texts(check_code(bundle_of(text)));
}

// The findings in an on_call of these lines, the first of which is line 2.
std::vector<std::string> found_on_call(const std::string& lines) {
    return found_in("return { on_call = function(call)\n" + lines + "\nend }");
}

// "12 option", for each that `--> option` behind a line says.
std::multiset<std::string> marked(const std::string& text) {
    std::multiset<std::string> marks;
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        auto at = line.find("--> ");
        if (at == std::string::npos) continue;
        std::istringstream rules(line.substr(at + 4));
        for (std::string rule; rules >> rule;) marks.insert(std::to_string(number) + " " + rule);
    }
    return marks;
}

std::multiset<std::string> marks_of(const CodeProblems& problems) {
    std::multiset<std::string> marks;
    for (const auto& one : problems) marks.insert(std::to_string(one.problem.line) + " " + one.rule);
    return marks;
}

std::string lines_of(const CodeProblems& problems) {
    std::string all;
    for (const auto& problem : problems) all += problem.text() + "\n";
    return all;
}

}  // namespace

// tests/script/checks has a folder for each rule: of bad.lua it finds the lines that `-->` marks, of good.lua nothing.
TEST(CodeRules, FindWhatIsWrongAndNothingElse) {
    std::set<std::string> tested;
    for (const auto& folder : fs::directory_iterator(fs::path(SOURCE_DIR) / "tests/script/checks")) {
        auto rule = folder.path().filename().string();
        if (!fs::exists(folder.path() / "bad.lua")) continue;
        tested.insert(rule);
        auto bad = text_of(folder.path() / "bad.lua"), good = text_of(folder.path() / "good.lua");
        auto found = check_code(bundle_of(bad));
        EXPECT_EQ(marks_of(found), marked(bad)) << rule << "/bad.lua\n" << lines_of(found);
        EXPECT_FALSE(marked(bad).empty()) << rule;
        for (const auto& mark : marks_of(found)) EXPECT_THAT(mark, testing::EndsWith(" " + rule));
        ASSERT_FALSE(good.empty()) << rule;
        auto harmless = check_code(bundle_of(good));
        EXPECT_EQ(lines_of(harmless), "") << rule << "/good.lua";
    }
    for (const auto& rule : code_rules()) EXPECT_TRUE(tested.contains(std::string(rule.name))) << rule.name;
}

// What the rules look at is Lua that LuaJIT takes: a good file even makes a flow.
TEST(CodeRules, AreTriedOnFlowsThatLoad) {
    on_worker([] {
        for (const auto& folder : fs::directory_iterator(fs::path(SOURCE_DIR) / "tests/script/checks")) {
            auto path = folder.path() / "good.lua";
            if (!fs::exists(folder.path() / "bad.lua")) continue;
            auto made = Flow::compile({"shop", {"shop/flow.lua", text_of(path)}, {}}, Limits{});
            if (auto* problems = std::get_if<Problems>(&made)) ADD_FAILURE() << path << "\n" << lines(*problems);
        }
    });
}

TEST(CodeRules, RaiseNoFalseAlarmOnTheRepositorysOwnFlows) {
    for (const char* root : {"flows", "examples", "tests/script/modules"}) {
        BundleReader reader(fs::path(SOURCE_DIR) / root, Limits{}.source_bytes);
        for (const auto& business : reader.businesses()) {
            if (business == "agent") continue;  // it tries what a tool must not do
            EXPECT_EQ(lines_of(check_code(reader.read(business).bundle)), "") << root << "/" << business;
        }
    }
}

TEST(CodeRules, SayWhatIsWrongAndWhatToDo) {
    EXPECT_THAT(found_on_call("call:gahter { digits = 1 }"),
                ElementsAre("shop/flow.lua:2: a call has no `gahter`: did you mean `gather`? [unknown-verb]"));
    EXPECT_THAT(found_on_call("call:say(“Hello”)"),
                ElementsAre("shop/flow.lua:2: `“Hello”` is not defined: a text stands in straight quotes: \"Hello\" "
                            "[unknown-name]"));
    EXPECT_THAT(
        found_on_call("call:say(Hello)"),
        ElementsAre("shop/flow.lua:2: `Hello` is not defined: a text stands in quotes: \"Hello\"; a value of your "
                    "own is declared first: `local Hello = …` [unknown-name]"));
    EXPECT_THAT(found_on_call("call:say(\u00a0'Hi')"),
                ElementsAre(HasSubstr("the blank there only looks like one: type it anew [unknown-name]")));
    EXPECT_THAT(
        found_on_call("ivr.confirm(call, { say = 'Hi?' })"),
        ElementsAre("shop/flow.lua:2: `ivr` is not defined: write `local ivr = require \"ivr\"` at the top of the "
                    "file [unknown-name]"));
    EXPECT_THAT(found_on_call("local name = 'Ann'\ncall:say(nmae)"),
                ElementsAre("shop/flow.lua:3: `nmae` is not defined: did you mean `name`? [unknown-name]"));
    EXPECT_THAT(found_on_call("late(call)\nlocal function late() end"),
                ElementsAre("shop/flow.lua:2: `late` is not defined: the one in line 3 is not known here: declare it "
                            "above, outside [unknown-name]"));
    EXPECT_THAT(found_on_call("call:say('Hi', 'Polly.Amy')"),
                ElementsAre("shop/flow.lua:2: say: what it is given is a table of options, not \"Polly.Amy\": write "
                            "options by name, in braces: { timeout = 20 } [option]"));
    EXPECT_THAT(found_on_call("io.write('Hi')"),
                ElementsAre("shop/flow.lua:2: `io` is not available in flows: use http or kv [unknown-name]"));
    EXPECT_THAT(found_on_call("count = 1"),
                ElementsAre("shop/flow.lua:2: `count` is not declared: write `local count = …` [unknown-name]"));
    EXPECT_THAT(found_on_call("call:say('Hi ' + call.from)"),
                ElementsAre("shop/flow.lua:2: `+` adds numbers: join texts with two dots: \"Hello, \" .. name "
                            "[operator]"));
    EXPECT_THAT(found_on_call("call:say { text = 'Hi', voise = 'woman' }"),
                ElementsAre("shop/flow.lua:2: say: there is no option `voise`: did you mean `voice`? [option]"));
    EXPECT_THAT(found_on_call("call:pause('two')"), ElementsAre(HasSubstr("pause: `seconds` is a whole number of "
                                                                          "seconds")));
    EXPECT_THAT(found_on_call("call:dial('555 0100')"),
                ElementsAre(HasSubstr("dial: `to` is a phone number such as \"+15551230100\"")));
    EXPECT_THAT(found_on_call("call:hangup()\ncall:say('Bye')"),
                ElementsAre("shop/flow.lua:3: this never runs: `hangup` in line 2 ends what comes before it: put it "
                            "before, or take it out [unreachable]"));
    EXPECT_THAT(found_on_call("call:say('Hi', { voice = 'Polly.Joana' })"),
                ElementsAre("shop/flow.lua:2: warning: the carrier has no voice \"Polly.Joana\": did you mean "
                            "\"Polly.Joanna\"? [voice]"));
    EXPECT_THAT(found_in("return { on_call_ended = function(call)\ncall:say('Bye') end, on_call = print }"),
                ElementsAre("shop/flow.lua:2: `say` cannot be used in on_call_ended: the caller is gone: do it in "
                            "on_call, before the handler returns [wrong-place]"));
}

// What the sandbox has, the rule knows; and nothing else.
TEST(CodeRules, KnowEveryGlobalThatFlowsHave) {
    std::string used;
    on_worker([&] {
        auto made = Flow::compile({"shop",
                                   {"shop/flow.lua",
                                    "local names = {}\n"
                                    "for name in pairs(_G) do names[#names + 1] = name end\n"
                                    "error(table.concat(names, ' '))"},
                                   {}},
                                  Limits{});
        used = lines(std::get<Problems>(made));
    });
    std::istringstream names(used.substr(used.find(": ") + 2));
    std::string all;
    for (std::string name; names >> name;)
        if (name.find(':') == name.npos) all += "print(" + name + ") ";
    EXPECT_THAT(all, HasSubstr("print(kv) "));
    EXPECT_THAT(found_on_call(all), IsEmpty());
}

TEST(CodeRules, NeverRepeatASecret) {
    auto found = found_on_call(
        "local key = 'sk-proj-4f9aKq27Zx81LmTr05Wv'\nlocal db = { password = 'letmein' }\n"
        "http.get('https://a:hunter2@b.example', { headers = { x = key, y = db } })");
    EXPECT_EQ(found.size(), 3U);
    for (const auto& text : found) {
        EXPECT_THAT(text, HasSubstr("is written into this file"));
        EXPECT_THAT(text, Not(HasSubstr("4f9a")));
        EXPECT_THAT(text, Not(HasSubstr("letmein")));
        EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    }
}

TEST(CodeRules, AreAllowedByACommentInTheLineOrAboveIt) {
    const std::string hidden = "call:hangup()\ncall:say('Bye') -- check: allow unreachable: while we test";
    EXPECT_THAT(found_on_call(hidden), IsEmpty());
    EXPECT_THAT(found_on_call("call:hangup()\n-- check: allow voice, unreachable\ncall:say('Bye')"), IsEmpty());
    EXPECT_EQ(found_on_call("call:hangup()\n-- check: allow voice\ncall:say('Bye')").size(), 1U);
    EXPECT_EQ(found_on_call("call:hangup()\n\n-- check: allow unreachable\n\ncall:say('Bye')").size(), 1U);
}

TEST(CodeRules, FollowACallThroughTheFilesOfAFlow) {
    Bundle bundle = bundle_of(
        "local desk = require 'desk'\nreturn { on_call_ended = function(c) desk.ring(c) end,\n"
        "on_call = function(c) return desk.menu(c) end }");
    bundle.modules["desk"] = {"shop/desk.lua",
                              "local desk = {}\nfunction desk.ring(line) line:dial('+15550100') end\n"
                              "function desk.menu(line)\nline:gahter {}\nend\nreturn desk"};
    EXPECT_THAT(texts(check_code(bundle)),
                ElementsAre(HasSubstr("shop/desk.lua:2: `dial` cannot be used in on_call_ended"),
                            HasSubstr("shop/desk.lua:4: a call has no `gahter`")));
}

TEST(CodeRules, PassOverWhatIsNoLua) {
    EXPECT_THAT(found_in("return { on_call = function(call) call:gahter( end }"), IsEmpty());
    EXPECT_THAT(found_in(""), IsEmpty());
    EXPECT_THAT(found_in("return"), IsEmpty());
}

TEST(CodeRules, ComeToAnEndWhateverAFlowRefersTo) {
    EXPECT_THAT(found_in("local a = {} local b = { a = a } a.b = b\nlocal function f(x) return f(x.vars.z) end\n"
                         "local t t = f(t) t.x = t\nreturn { on_call = function(call) f(call) a.b.a.b(call, t) end }"),
                IsEmpty());
}
