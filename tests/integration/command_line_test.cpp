#include "integration/engine_fixture.hpp"

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

class CommandLine : public EngineTest {
protected:
    void break_flow() const {
        flow("flows/shop/flow.lua",
             "return {\n  on_call = function(call)\n    call:gahter { digits = 1 }\n  end,\n}\n");
        flow("flows/shop/flow_test.lua",
             "local it = test.flow('shop')\n"
             "it('greets', function(caller)\n  caller:hears('Hello')\nend)\n");
    }
};

}  // namespace

TEST_F(CommandLine, ChecksFlowsThatAreFine) {
    auto ran = run_switchhook({"check"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    EXPECT_EQ(ran.out, "no problems\n");
}

TEST_F(CommandLine, ChecksABrokenFlow) {
    flow("flows/shop/flow.lua", "return {\n  on_cal = function(call) end,\n}\n");
    auto ran = run_switchhook({"check"});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("shop/flow.lua:2: "));
    EXPECT_THAT(ran.out, HasSubstr("on_call"));
    EXPECT_EQ(ran.err, "");
}

TEST_F(CommandLine, ChecksATestThatFails) {
    break_flow();
    auto ran = run_switchhook({"check", "shop"});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("flow.lua:3"));
    EXPECT_THAT(ran.out, HasSubstr("gather"));
}

TEST_F(CommandLine, ChecksTheCodeItself) {
    flow("flows/shop/flow.lua",
         "return { on_call = function(call)\n  call:say('Hi', { voice = 'Polly.Joana' })\nend }\n");
    auto warned = run_switchhook({"check"});
    EXPECT_EQ(warned.exit_code, 0) << warned.out;
    EXPECT_EQ(warned.out,
              "shop/flow.lua:2: warning: the carrier has no voice \"Polly.Joana\": did you mean \"Polly.Joanna\"? "
              "[voice]\n");
    EXPECT_EQ(run_switchhook({"check", "--strict"}).exit_code, 1);
    flow("flows/shop/flow.lua", "return { on_call = function(call)\n  call:hangup()\n  call:say('Bye')\nend }\n");
    auto failed = run_switchhook({"check"});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_THAT(failed.out, HasSubstr("shop/flow.lua:3: this never runs"));
}

TEST_F(CommandLine, TellsWhatTheTestsReach) {
    flow(
        "flows/shop/flow_test.lua",
        "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Hello') caller:presses('1') end)\n");
    auto ran = run_switchhook({"test", "--coverage", "--lcov", "lcov.info"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("shop/flow.lua  3/3 100 %"));
    EXPECT_THAT(ran.out, HasSubstr("never false"));
    EXPECT_THAT(read_file(folder / "run/lcov.info"), HasSubstr("/shop/flow.lua\n"));
    EXPECT_THAT(read_file(folder / "run/lcov.info"), HasSubstr("DA:2,1\n"));
    auto tap = run_switchhook({"test", "--coverage", "--format", "tap"});
    EXPECT_THAT(tap.out, Not(HasSubstr("coverage")));
    EXPECT_THAT(tap.err, HasSubstr("shop/flow.lua  3/3 100 %"));
}

TEST_F(CommandLine, TestsFlows) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Hello') end)\n");
    auto passed = run_switchhook({"test", "--format", "tap"});
    EXPECT_EQ(passed.exit_code, 0) << passed.out << passed.err;
    EXPECT_THAT(passed.out, HasSubstr("ok 1"));
    flow("flows/shop/flow.lua", greeting("Good day"));
    auto failed = run_switchhook({"test", "--junit", "report.xml"});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_THAT(failed.out, HasSubstr("flow_test.lua:2"));
    EXPECT_THAT(failed.out, HasSubstr("Good day"));
    EXPECT_THAT(read_file(folder / "run/report.xml"), HasSubstr("<failure"));
    EXPECT_EQ(run_switchhook({"test", "--filter", "no such test"}).exit_code, 1);
}

TEST_F(CommandLine, TestsOnlyTheFlowsThatAreNamed) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Hello') end)\n");
    flow("flows/other/flow.lua", greeting("Good day"));
    flow("flows/other/flow_test.lua",
         "local it = test.flow('other')\nit('wishes', function(caller) caller:hears('Good day') end)\n");
    auto ran = run_switchhook({"test", "shop"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("greets"));
    EXPECT_THAT(ran.out, Not(HasSubstr("wishes")));
}

TEST_F(CommandLine, TestsAgainAfterEverySaveUntilItIsTold) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Hello') end)\n");
    ChildProcess child({"test", "--watch", "--format", "tap"}, folder.root());
    auto ran = [&](const std::string& last) {
        return eventually([&] {
            auto out = child.out();
            auto at = out.rfind(last);
            return at != std::string::npos && out.find("waiting for a save", at) != std::string::npos;
        });
    };
    ASSERT_TRUE(ran("\nok 1")) << child.out() << child.err();
    flow("flows/shop/flow.lua", greeting("Good day"));
    ASSERT_TRUE(ran("Good day")) << child.out() << child.err();
    EXPECT_THAT(child.out(), HasSubstr("not ok 1"));
    flow("flows/shop/flow.lua", "return { on_call = 1 }");
    ASSERT_TRUE(eventually([&] { return child.err().find("shop/flow.lua:1") != std::string::npos; })) << child.err();
    EXPECT_FALSE(child.ended());
    child.signal(SIGINT);
    EXPECT_EQ(child.exit_code(), 128 + SIGINT);
}

TEST_F(CommandLine, TestsAgainOnlyWhatASaveTouches) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function(caller) caller:hears('Hello') end)\n");
    flow("flows/other/flow.lua", greeting("Good day"));
    flow("flows/other/flow_test.lua",
         "local it = test.flow('other')\nit('wishes', function(caller) caller:hears('Good') end)\n");
    ChildProcess child({"test", "--watch", "--format", "tap"}, folder.root());
    auto waits = [&](std::size_t times) {
        return eventually([&] {
            std::size_t count = 0;
            const auto out = child.out();
            for (auto at = out.find("waiting for"); at != std::string::npos; at = out.find("waiting for", at + 1))
                ++count;
            return count >= times;
        });
    };
    ASSERT_TRUE(waits(1)) << child.out() << child.err();
    EXPECT_THAT(child.out(), HasSubstr("1..2\n"));
    flow("flows/other/flow.lua", greeting("Good evening"));
    ASSERT_TRUE(waits(2)) << child.out() << child.err();
    const auto second = child.out().substr(child.out().find("waiting for"));
    EXPECT_THAT(second, HasSubstr("1..1\nok 1 - wishes"));
    EXPECT_THAT(second, Not(HasSubstr("greets")));
    child.signal(SIGINT);
    EXPECT_EQ(child.exit_code(), 128 + SIGINT);
}

TEST_F(CommandLine, ShufflesTestsAndSaysHowToBringTheOrderBack) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nfor i = 1, 9 do it('test ' .. i, function(caller) caller:hears('Hello') end) "
         "end\n");
    auto ran = run_switchhook({"test", "--shuffle", "--repeat", "2", "--format", "tap"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
    const std::string said = "switchhook: shuffled with --seed ";
    ASSERT_THAT(ran.err, HasSubstr(said));
    auto seed = ran.err.substr(ran.err.find(said) + said.size());
    seed = seed.substr(0, seed.find('\n'));
    EXPECT_EQ(run_switchhook({"test", "--shuffle", "--seed", seed, "--format", "tap"}).out, ran.out);
}

TEST_F(CommandLine, ComparesTheTwimlThatTwilioGets) {
    flow("flows/shop/flow_test.lua",
         "local it = test.flow('shop')\nit('greets', function() call:twiml_is('greeting') end)\n");
    auto without = run_switchhook({"test"});
    EXPECT_EQ(without.exit_code, 1);
    EXPECT_THAT(without.out, HasSubstr("run switchhook test --update"));
    EXPECT_EQ(run_switchhook({"test", "--update"}).exit_code, 0);
    EXPECT_THAT(read_file(folder / "flows/shop/golden/greeting.xml"), HasSubstr("https://voice.example.com/twilio/"));
    EXPECT_EQ(run_switchhook({"test"}).exit_code, 0);
    EXPECT_EQ(run_switchhook({"check"}).exit_code, 0);
    flow("flows/shop/flow.lua", greeting("Good day"));
    auto changed = run_switchhook({"test"});
    EXPECT_EQ(changed.exit_code, 1);
    EXPECT_THAT(changed.out, HasSubstr("Good day"));
    EXPECT_THAT(changed.out, HasSubstr("and not"));
}

TEST_F(CommandLine, ExploresAFlow) {
    flow("flows/shop/flow.lua",
         "return {\n  on_call = function(call)\n    local answer = call:gather { say = 'Press 1.', digits = 1 }\n"
         "    call:say('You pressed ' .. answer.digits)\n  end,\n}\n");
    auto broken = run_switchhook({"explore", "shop"});
    EXPECT_EQ(broken.exit_code, 1);
    EXPECT_THAT(broken.out, HasSubstr("hears \"Press 1.\""));
    EXPECT_THAT(broken.out, HasSubstr("shop/flow.lua:4: crash: "));
    EXPECT_THAT(broken.out, HasSubstr("    a call on a Monday at 15:00 UTC, is silent\n"));
    EXPECT_THAT(broken.err, HasSubstr("1 wrong"));

    flow("flows/shop/flow.lua", greeting("Hello"));
    auto fine = run_switchhook({"explore", "--no-tree"});
    EXPECT_EQ(fine.exit_code, 0) << fine.out << fine.err;
    EXPECT_THAT(fine.err, HasSubstr("nothing wrong"));
    EXPECT_THAT(run_switchhook({"explore", "--format", "mermaid"}).out, testing::StartsWith("flowchart TD\n"));
    EXPECT_THAT(run_switchhook({"explore", "--format", "dot"}).out, testing::StartsWith("digraph call {\n"));
    EXPECT_EQ(run_switchhook({"explore", "nowhere"}).exit_code, 3);
}

TEST_F(CommandLine, TestsABrokenFlow) {
    break_flow();
    auto ran = run_switchhook({"test", "shop"});
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out + ran.err, HasSubstr("flow.lua:3"));
}

TEST_F(CommandLine, PlaysACallFromAScript) {
    flow("script.txt", "4\n");
    auto ran = run_switchhook({"call", "+15550100", "--script", (folder / "script.txt").string()});
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("hears: Hello\n"));
    EXPECT_THAT(ran.out, HasSubstr("hears: Hello, you pressed 4\n"));
    EXPECT_THAT(ran.out, HasSubstr("[the flow hangs up]"));
}

TEST_F(CommandLine, PlaysACallFromItsInput) {
    auto ran = run_switchhook({"call", "shop"}, "hang up\n");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, HasSubstr("[the caller hangs up]"));
}

TEST_F(CommandLine, PlaysTheFallbackOfABrokenFlow) {
    flow("flows/shop/flow.lua", "return { fallback = { dial = '+15550190' }, on_call = function() error('no') end }");
    auto ran = run_switchhook({"call", "shop"}, "yes\n");
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.out, HasSubstr("[rings +15550190]"));
    EXPECT_THAT(ran.err, HasSubstr("shop/flow.lua:1"));
}

TEST_F(CommandLine, TellsWhereAFlowBroke) {
    flow("flows/shop/flow.lua",
         "return { on_call = function(call)\n"
         "  local answer = call:gather { say = 'Press 1.', digits = 1 }\n"
         "  call:say('You pressed ' .. answer.digits)\n"
         "end }");
    auto ran = run_switchhook({"call", "shop"}, "\n");
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_EQ(ran.err, "shop/flow.lua:3: attempt to index local 'answer' (a nil value)\n");
}

TEST_F(CommandLine, ComparesTheTwimlOfTheExamples) {
    auto ran = run_switchhook({"test", SOURCE_DIR "/examples/pickup_code"});
    EXPECT_EQ(ran.exit_code, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("2 passed, 0 failed"));
}

TEST_F(CommandLine, SaysWhichNumbersHaveTheSettingsOfAFlow) {
    flow("flows/bistro/flow.lua", "return { settings = { name = 'Blu' }, on_call = function(call) call:hangup() end }");
    flow("flows/numbers.lua", "return { ['+15550190'] = 'bistro' }");
    std::filesystem::create_directories(folder / "data");
    ASSERT_EQ(run_switchhook({"publish", "bistro"}).exit_code, 0);
    EXPECT_EQ(run_switchhook({"settings", "bistro"}).err,
              "switchhook: settings are those of a number, and bistro is a flow: name +15550190\n");
}

TEST_F(CommandLine, SaysWhomItCannotCall) {
    auto ran = run_switchhook({"call", "nobody"});
    EXPECT_EQ(ran.exit_code, 3);
    EXPECT_EQ(ran.err, "switchhook: no number and no flow in `flows` is called `nobody`\n");
    flow("flows/bistro/flow.lua", "return { on_call = function(call) call:say('Hello.') end }");
    flow("flows/numbers.lua", "return { ['+15550190'] = 'bistro' }");
    EXPECT_THAT(run_switchhook({"call", "bisto"}).err, HasSubstr("is called `bisto`: did you mean `bistro`?\n"));
    EXPECT_THAT(run_switchhook({"call", "+15550109"}).err, HasSubstr("did you mean `+15550190`?\n"));
    auto script = run_switchhook({"call", "shop", "--script", "missing.txt"});
    EXPECT_EQ(script.exit_code, 3);
    EXPECT_EQ(script.err, "switchhook: there is no script `missing.txt`\n");
}

TEST_F(CommandLine, SaysThatThereIsNoSuchSubcommand) {
    auto ran = run_switchhook({"bogus"});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_EQ(ran.err, "switchhook: there is no subcommand `bogus` (see switchhook --help)\n");
    auto close = run_switchhook({"chekc", "--flows", "flows"});
    EXPECT_EQ(close.exit_code, 2);
    EXPECT_EQ(close.err, "switchhook: there is no subcommand `chekc`: did you mean `check`? (see switchhook --help)\n");
}

TEST_F(CommandLine, SaysThatASubcommandIsMissing) {
    auto ran = run_switchhook({});
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_EQ(ran.err, "switchhook: name a subcommand, as `switchhook serve` (see switchhook --help)\n");
}

TEST_F(CommandLine, SaysWhichArgumentIsMissingOrUnknown) {
    auto missing = run_switchhook({"call"});
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_EQ(missing.err, "switchhook: NUMBER|FLOW is required (see switchhook call --help)\n");
    auto unknown = run_switchhook({"serve", "--prot", "80"});
    EXPECT_EQ(unknown.exit_code, 2);
    EXPECT_THAT(unknown.err, HasSubstr("--prot"));
    EXPECT_EQ(std::count(unknown.err.begin(), unknown.err.end(), '\n'), 1) << unknown.err;
    auto level = run_switchhook({"serve", "--log-level", "loud"});
    EXPECT_EQ(level.exit_code, 2);
    EXPECT_THAT(level.err, HasSubstr("--log-level"));
}

TEST_F(CommandLine, HelpsWithEverySubcommand) {
    EXPECT_EQ(run_switchhook({"--version"}).exit_code, 0);
    for (const char* name : {"new", "serve", "check", "test", "eval", "explore", "call", "flows", "demo", "sim"}) {
        EXPECT_THAT(run_switchhook({"--help"}).out, HasSubstr(name));
        auto ran = run_switchhook({name, "--help"});
        EXPECT_EQ(ran.exit_code, 0) << name;
        EXPECT_THAT(ran.out, HasSubstr("--help")) << name;
    }
}

TEST_F(CommandLine, SaysThatAFlowsFolderIsMissing) {
    for (const char* name : {"serve", "check", "test"}) {
        auto ran = run_switchhook({name, "--flows", "nowhere"});
        EXPECT_NE(ran.exit_code, 0) << name;
        EXPECT_THAT(ran.err, HasSubstr("there is no folder `nowhere`")) << name;
    }
}
