#include "script/flow_library.hpp"

#include "core/temporary_folder.hpp"
#include "script/flow_watcher.hpp"
#include "script/flows_folder.hpp"
#include "store/memory_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace switchhook;
using namespace switchhook::script;
using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

std::string flow(const std::string& greeting, const std::string& before = "") {
    return before + "\nreturn { settings = { greeting = \"" + greeting + "\" }, on_call = function(call) end }\n";
}

// Two businesses, three numbers. A flow test is a text here: "fail: why" fails, anything else passes.
class Library : public testing::Test {
protected:
    void SetUp() override {
        folder.write("numbers.lua",
                     "return { ['+15550100'] = 'lexi', ['+15550101'] = 'lexi', ['+15550200'] = 'concya' }");
        folder.write("lexi/flow.lua", flow("Hi"));
        folder.write("concya/flow.lua", flow("Good evening"));
    }

    std::vector<TestResult> run_tests(const Source& test, std::shared_ptr<const Flow> tested,
                                      const FlowTester::FindFlow& find) {
        ++test_runs;
        TestResult result{"greets", test.path + ":1", {}, {}, {}};
        if (test.text.starts_with("fail")) result.failure = test.path + ":7: " + test.text;
        if (test.text.starts_with("needs "))
            if (!find || !find(test.text.substr(6))) result.failure = test.path + ":1: " + test.text;
        if (!tested) result.failure = "no flow";
        return {result};
    }

    FlowLibrary::Options options() {
        FlowLibrary::Options all;
        all.root = folder.root();
        all.run_tests = [this](const Source& test, std::shared_ptr<const Flow> tested, const FlowTester::Options&,
                               const FlowTester::FindFlow& find) { return run_tests(test, tested, find); };
        return all;
    }

    static std::vector<std::string> texts(const Problems& problems) {
        std::vector<std::string> all;
        for (const auto& problem : problems) all.push_back(problem.text());
        return all;
    }

    std::string greeting(const std::string& number) {
        auto live = library.find(number);
        return live ? live->settings.value("greeting", "") : "none";
    }

    std::string error_of(const std::string& number) {
        for (const auto& status : library.status())
            if (status.entry.number == number) return status.error;
        return "no such number";
    }

    std::string metrics_line(const std::string& name) {
        auto text = metrics.text();
        auto at = text.find("\n" + name + " ");
        return at == std::string::npos
                   ? ""
                   : text.substr(at + name.size() + 2, text.find('\n', at + 1) - at - name.size() - 2);
    }

    std::vector<std::string> log_lines() {
        std::lock_guard lock(log_mutex);
        return std::exchange(logged, {});
    }

    FlowsFolder folder;
    core::ManualClock clock{core::Time(1000s)};
    std::mutex log_mutex;
    std::vector<std::string> logged;
    core::Log log{{core::LogLevel::info, core::LogFormat::text, true, {}}, [this](std::string_view line) {
                      std::lock_guard lock(log_mutex);
                      logged.emplace_back(line);
                  }};
    core::Metrics metrics;
    std::atomic<int> test_runs{0};
    FlowLibrary library{options(), clock, log, metrics};
};

}  // namespace

TEST_F(Library, LoadsEveryNumberAtStart) {
    EXPECT_EQ(library.find("+15550100"), nullptr);
    EXPECT_THAT(library.refresh(), IsEmpty());
    EXPECT_EQ(greeting("+15550100"), "Hi");
    EXPECT_EQ(greeting("+15550101"), "Hi");
    EXPECT_EQ(greeting("+15550200"), "Good evening");
    EXPECT_EQ(library.find("+15559999"), nullptr);
    EXPECT_EQ(library.find("+15550100")->flow, library.find("+15550101")->flow);
    EXPECT_EQ(library.flow("concya")->name(), "concya");
    EXPECT_EQ(library.flow("nobody"), nullptr);
    EXPECT_EQ(metrics_line("switchhook_flows_loaded"), "2");
}

TEST_F(Library, LaysANumbersSettingsOverTheFlows) {
    folder.write("numbers.lua",
                 "return { ['+15550100'] = { flow = 'lexi', settings = { greeting = 'Hey' } },"
                 " ['+15550101'] = 'lexi' }");
    library.refresh();
    EXPECT_EQ(greeting("+15550100"), "Hey");
    EXPECT_EQ(greeting("+15550101"), "Hi");
}

TEST_F(Library, PutsAChangeLiveForNewCallsAndLeavesOldOnesTheirs) {
    library.refresh();
    auto old_call = library.find("+15550100");
    auto other = library.find("+15550200");
    folder.write("lexi/flow.lua", flow("Hello"));
    clock.advance(5s);
    log_lines();
    EXPECT_THAT(library.refresh({"lexi/flow.lua"}), IsEmpty());
    EXPECT_EQ(greeting("+15550100"), "Hello");
    EXPECT_EQ(old_call->settings["greeting"], "Hi");
    EXPECT_EQ(library.find("+15550200"), other);
    EXPECT_EQ(library.status()[0].since, core::Time(1005s));
    EXPECT_EQ(library.status()[2].since, core::Time(1000s));
    auto lines = log_lines();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines[0], testing::AllOf(HasSubstr(" flow_live flow=lexi version=" + library.flow("lexi")->version()),
                                         HasSubstr(" was=" + old_call->flow->version()), HasSubstr(" ms=")));
    EXPECT_EQ(metrics_line("switchhook_reloads_total{result=\"live\"}"), "3");
}

TEST_F(Library, DoesNothingForUnchangedContent) {
    folder.write("lexi/flow_test.lua", "pass");
    library.refresh();
    log_lines();
    auto live = library.find("+15550100");
    folder.replace("lexi/flow.lua", flow("Hi"));
    EXPECT_THAT(library.refresh({"lexi/flow.lua", "lexi/flow_test.lua", "numbers.lua"}), IsEmpty());
    EXPECT_THAT(library.refresh(), IsEmpty());
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_EQ(test_runs, 1);
    EXPECT_THAT(log_lines(), IsEmpty());
}

TEST_F(Library, KeepsTheLastGoodVersionWhileAFlowIsBroken) {
    library.refresh();
    auto live = library.find("+15550100");
    log_lines();
    folder.write("lexi/flow.lua", "\nlocal x = = 1");
    auto problems = texts(library.refresh({"lexi/flow.lua"}));
    EXPECT_THAT(problems, ElementsAre(testing::StartsWith("lexi/flow.lua:2: ")));
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_EQ(error_of("+15550100"), problems[0]);
    EXPECT_EQ(error_of("+15550200"), "");
    EXPECT_THAT(log_lines(),
                ElementsAre(testing::AllOf(HasSubstr("error flow_refused flow=lexi live=" + live->flow->version()),
                                           HasSubstr("lexi/flow.lua:2: "))));
    EXPECT_EQ(metrics_line("switchhook_reloads_total{result=\"refused\"}"), "1");
    EXPECT_THAT(library.refresh(), IsEmpty()) << "the same mistake is reported once";

    folder.write("lexi/flow.lua", flow("Hi"));
    EXPECT_THAT(library.refresh({"lexi/flow.lua"}), IsEmpty());
    EXPECT_EQ(library.find("+15550100"), live) << "what is live came back: nothing to swap";
    EXPECT_EQ(error_of("+15550100"), "");
}

TEST_F(Library, PutsNothingLiveWhoseTestsFail) {
    library.refresh();
    folder.write("lexi/flow_test.lua", "fail: expected the caller to hear \"Hi\"");
    folder.write("lexi/flow.lua", flow("Hello"));
    EXPECT_THAT(texts(library.refresh({"lexi"})),
                ElementsAre("lexi/flow_test.lua:7: the test \"greets\" fails: fail: expected "
                            "the caller to hear \"Hi\""));
    EXPECT_EQ(greeting("+15550100"), "Hi");
    folder.write("lexi/flow_test.lua", "pass");
    EXPECT_THAT(library.refresh({"lexi/flow_test.lua"}), IsEmpty());
    EXPECT_EQ(greeting("+15550100"), "Hello");
}

TEST_F(Library, RunsTheTestsAgainWhenOnlyTheyChange) {
    folder.write("lexi/flow_test.lua", "pass");
    library.refresh();
    auto live = library.find("+15550100");
    folder.write("lexi/flow_test.lua", "fail");
    EXPECT_EQ(library.refresh({"lexi/flow_test.lua"}).size(), 1u);
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_THAT(error_of("+15550100"), HasSubstr("lexi/flow_test.lua:7"));
    EXPECT_EQ(test_runs, 2);
}

TEST_F(Library, LetsTestsMeetTheFlowsThatGoLiveTogether) {
    folder.write("concya/flow_test.lua", "needs lexi");
    EXPECT_THAT(library.refresh(), IsEmpty());
}

TEST_F(Library, ReloadsTheFlowsThatRequireAModuleAndOnlyThose) {
    folder.write("shared/greetings.lua", "return 1");
    folder.write("lexi/flow.lua", flow("Hi", "local greetings = require \"greetings\""));
    library.refresh();
    auto lexi = library.flow("lexi"), concya = library.flow("concya");
    log_lines();
    folder.write("shared/greetings.lua", "return 2");
    library.refresh({"shared/greetings.lua"});
    EXPECT_NE(library.flow("lexi"), lexi);
    EXPECT_EQ(library.flow("concya"), concya);
    EXPECT_EQ(log_lines().size(), 1u);
}

TEST_F(Library, TakesAModuleOfItsOwnAsSoonAsItAppears) {
    folder.write("lexi/flow.lua", flow("Hi", "local prices = require \"prices\""));
    EXPECT_EQ(texts(library.refresh()).size(), 1u);
    EXPECT_EQ(greeting("+15550100"), "none");
    EXPECT_EQ(library.status()[0].version, "");
    EXPECT_THAT(error_of("+15550100"), HasSubstr("lexi/flow.lua:1: there is no module \"prices\""));
    folder.write("shared/prices.lua", "return {}");
    EXPECT_THAT(library.refresh({"shared/prices.lua"}), IsEmpty());
    EXPECT_EQ(greeting("+15550100"), "Hi");
    auto version = library.flow("lexi")->version();
    folder.write("lexi/prices.lua", "return {}");
    library.refresh({"lexi/prices.lua"});
    EXPECT_NE(library.flow("lexi")->version(), version);
}

TEST_F(Library, MovesANumberWithoutTouchingTheOthers) {
    library.refresh();
    auto first = library.find("+15550100"), third = library.find("+15550200");
    log_lines();
    folder.write("numbers.lua",
                 "return { \n['+15550100'] = 'lexi', ['+15550101'] = 'concya', ['+15550200'] = 'concya', "
                 "['+15550300'] = 'concya' }");
    EXPECT_THAT(library.refresh({"numbers.lua"}), IsEmpty());
    EXPECT_EQ(greeting("+15550101"), "Good evening");
    EXPECT_EQ(greeting("+15550300"), "Good evening");
    EXPECT_EQ(library.find("+15550100"), first);
    EXPECT_EQ(library.find("+15550200"), third);
    EXPECT_THAT(log_lines(), ElementsAre(HasSubstr("numbers_live numbers=4 added=1 moved=1 removed=0")));

    folder.write("numbers.lua", "return { ['+15550100'] = 'lexi' }");
    library.refresh({"numbers.lua"});
    EXPECT_EQ(library.find("+15550200"), nullptr);
    EXPECT_EQ(library.find("+15550100"), first);
    EXPECT_THAT(log_lines(), ElementsAre(HasSubstr("numbers=1 added=0 moved=0 removed=3")));
}

TEST_F(Library, KeepsTheNumbersWhileTheirFileIsBroken) {
    library.refresh();
    auto live = library.find("+15550100");
    log_lines();
    folder.write("numbers.lua", "return { ['+15550100'] = 'lexi' ");
    EXPECT_EQ(library.refresh({"numbers.lua"}).size(), 1u);
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_EQ(greeting("+15550200"), "Good evening");
    EXPECT_THAT(error_of("+15550200"), HasSubstr("numbers.lua:1: "));
    EXPECT_THAT(log_lines(), ElementsAre(HasSubstr("numbers_refused live=3")));
    folder.remove("numbers.lua");
    EXPECT_THAT(texts(library.refresh({"numbers.lua"})), ElementsAre("numbers.lua: there is no such file: create it"));
    EXPECT_EQ(library.find("+15550100"), live);
}

TEST_F(Library, HoldsBackOnlyTheNumbersThatAMistakeIsAbout) {
    library.refresh();
    auto live = library.find("+15550100");
    log_lines();
    folder.write("numbers.lua", "return { ['+15550100'] = 'lexy', ['+15550200'] = 'lexi', ['+15550300'] = 'concya' }");
    EXPECT_THAT(texts(library.refresh({"numbers.lua"})),
                ElementsAre("numbers.lua:1: there is no flow \"lexy\": did you mean \"lexi\"?"));
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_THAT(error_of("+15550100"), HasSubstr("there is no flow \"lexy\""));
    EXPECT_EQ(greeting("+15550200"), greeting("+15550100"));
    EXPECT_EQ(greeting("+15550300"), "Good evening");
    EXPECT_EQ(error_of("+15550200") + error_of("+15550300"), "");
    EXPECT_NE(library.find("+15550101"), nullptr) << "none is taken away for as long as something is wrong";
    EXPECT_THAT(log_lines(), ElementsAre(HasSubstr("numbers_refused live=4"), HasSubstr("added=1 moved=1 removed=0")));
}

TEST_F(Library, KeepsANumberWhoseKeyIsMisspelt) {
    library.refresh();
    auto live = library.find("+15550100");
    folder.write("numbers.lua", "return { ['+1555010O'] = 'lexi' }");
    EXPECT_EQ(library.refresh({"numbers.lua"}).size(), 1u);
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_THAT(error_of("+15550100"), HasSubstr("no phone number in E.164"));
}

TEST_F(Library, AnswersAtStartForTheNumbersThatNothingIsWrongWith) {
    folder.write("numbers.lua", "return { ['+15550100'] = 'lexi', ['+15550101'] = 'nobody', ['front'] = 'lexi' }");
    EXPECT_EQ(library.refresh().size(), 2u);
    EXPECT_NE(library.find("+15550100"), nullptr);
    EXPECT_EQ(library.find("+15550101"), nullptr);
    ASSERT_EQ(library.status().size(), 2u);
    EXPECT_EQ(library.status()[1].entry.flow, "nobody");
    EXPECT_EQ(library.status()[1].version, "");
    EXPECT_EQ(library.status()[1].error, "numbers.lua:1: there is no flow \"nobody\": create nobody/flow.lua");

    folder.write("numbers.lua", "return { ['+15550100'] = 'lexi' }");
    EXPECT_THAT(library.refresh(), IsEmpty());
    EXPECT_EQ(library.status().size(), 1u);
}

TEST_F(Library, StartsWithWhatWasLiveBeforeAMistakeCameIntoTheNumbers) {
    core::TemporaryFolder data("switchhook-data");
    auto all = options();
    all.kept_numbers = data.path() / "new/numbers.last-good.lua";
    FlowLibrary(all, clock, log, metrics).refresh();
    folder.write("numbers.lua", "return { ['+15550100'] = 'concya', ['+15550101'] = 'nobody', ");
    log_lines();
    FlowLibrary restarted(all, clock, log, metrics);
    EXPECT_EQ(restarted.refresh().size(), 1u);
    ASSERT_NE(restarted.find("+15550100"), nullptr);
    EXPECT_EQ(restarted.find("+15550100")->flow->name(), "lexi");
    EXPECT_THAT(log_lines(), Contains(HasSubstr("numbers_restored numbers=3 from=" + all.kept_numbers.string())));

    folder.write("numbers.lua", "return { ['+15550100'] = 'concya', ['+15550101'] = 'nobody' }");
    FlowLibrary again(all, clock, log, metrics);
    again.refresh();
    EXPECT_EQ(again.find("+15550100")->flow->name(), "concya");
    EXPECT_EQ(again.find("+15550101")->flow->name(), "lexi");
    EXPECT_EQ(again.status()[1].error, "numbers.lua:1: there is no flow \"nobody\": create nobody/flow.lua");

    folder.write("numbers.lua", "return { ['+15550100'] = 'concya' }");
    EXPECT_THAT(again.refresh(), IsEmpty());
    folder.write("numbers.lua", "return");
    FlowLibrary last(all, clock, log, metrics);
    last.refresh();
    EXPECT_EQ(last.find("+15550100")->flow->name(), "concya");
    EXPECT_EQ(last.find("+15550101"), nullptr) << "it had been taken away before";
}

TEST_F(Library, SaysThatItCannotKeepTheNumbers) {
    auto all = options();
    all.kept_numbers = folder.root() / "numbers.lua" / "kept";
    FlowLibrary(all, clock, log, metrics).refresh();
    EXPECT_THAT(log_lines(), Contains(HasSubstr("numbers_not_kept file=" + all.kept_numbers.string())));
}

TEST_F(Library, TakesANumberThatStandsTwiceForAMistake) {
    folder.write("numbers.lua", "return { ['+15550100'] = 'lexi', ['+15550101'] = 'lexi', ['+15550101'] = 'concya' }");
    EXPECT_EQ(library.refresh().size(), 1u);
    EXPECT_NE(library.find("+15550100"), nullptr);
    EXPECT_EQ(library.find("+15550101"), nullptr);
}

TEST_F(Library, TakesANumberAsSoonAsItsFlowIsThere) {
    folder.write("numbers.lua", "return { ['+15550300'] = 'bakery' }");
    EXPECT_EQ(library.refresh().size(), 1u);
    folder.write("bakery/flow.lua", flow("Fresh bread"));
    EXPECT_THAT(library.refresh({"bakery"}), IsEmpty());
    EXPECT_EQ(greeting("+15550300"), "Fresh bread");
}

TEST_F(Library, ChecksSettingsAgainWhenTheFlowChangesThem) {
    folder.write("numbers.lua", "return { ['+15550100'] = { flow = 'lexi', settings = { greeting = 'Hey' } } }");
    library.refresh();
    folder.write("lexi/flow.lua", "return { settings = { hello = 'Hi' }, on_call = function(call) end }");
    EXPECT_THAT(texts(library.refresh({"lexi/flow.lua"})),
                ElementsAre("numbers.lua:1: lexi has no setting \"greeting\": use one of: hello"));
    EXPECT_TRUE(library.find("+15550100")->settings.contains("hello")) << "the flow itself is good, and live";
    EXPECT_THAT(error_of("+15550100"), HasSubstr("has no setting"));
}

TEST_F(Library, KeepsAFlowWhoseFolderIsGoneUntilNoNumberNamesIt) {
    library.refresh();
    auto live = library.find("+15550100");
    folder.remove("lexi");
    EXPECT_THAT(texts(library.refresh({"lexi"})),
                ElementsAre("lexi/flow.lua: the flow is gone, its last good version keeps "
                            "answering: restore it, or take its numbers out of numbers.lua"));
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_THAT(error_of("+15550100"), HasSubstr("the flow is gone"));
    EXPECT_THAT(library.refresh(), IsEmpty());

    folder.write("numbers.lua", "return { ['+15550100'] = 'lexi', ['+15550200'] = 'concya' }");
    EXPECT_THAT(library.refresh(), IsEmpty()) << "a flow that still answers can be named";
    EXPECT_EQ(library.find("+15550100"), live);
    folder.write("numbers.lua", "return { ['+15550200'] = 'concya' }");
    EXPECT_THAT(library.refresh(), IsEmpty());
    EXPECT_EQ(library.flow("lexi"), nullptr);
    EXPECT_EQ(library.flows().size(), 1u);
}

TEST_F(Library, RestoresAFlowThatWasGone) {
    library.refresh();
    auto live = library.find("+15550100");
    folder.remove("lexi");
    library.refresh();
    folder.write("lexi/flow.lua", flow("Hi"));
    EXPECT_THAT(library.refresh(), IsEmpty());
    EXPECT_EQ(library.find("+15550100"), live);
    EXPECT_EQ(error_of("+15550100"), "");
}

TEST_F(Library, ShowsFlowsWithoutNumbersToo) {
    folder.write("bakery/flow.lua", "return");
    library.refresh();
    auto flows = library.flows();
    ASSERT_EQ(flows.size(), 3u);
    EXPECT_EQ(flows[0].name, "bakery");
    EXPECT_EQ(flows[0].version, "");
    EXPECT_THAT(flows[0].error, HasSubstr("bakery/flow.lua"));
    EXPECT_EQ(flows[2].version, library.flow("lexi")->version());
}

TEST_F(Library, ChecksWithoutServing) {
    auto check = [&](const std::set<std::filesystem::path>& paths = {}) {
        return FlowLibrary::check(options(), paths).problems;
    };
    EXPECT_THAT(check(), IsEmpty());
    folder.write("lexi/flow.lua", "return");
    folder.write("concya/flow.lua", flow("Hi", "local a = require 'a'"));
    folder.write("shared/a.lua", "return require(b)");
    folder.write("numbers.lua", "return { ['1'] = 'lexi' }");
    auto files_of = [](const Problems& problems) {
        std::vector<std::string> files;
        for (const auto& problem : problems) files.push_back(problem.file);
        return files;
    };
    EXPECT_THAT(files_of(check()), ElementsAre("shared/a.lua", "lexi/flow.lua", "numbers.lua"));
    EXPECT_THAT(files_of(check({"lexi"})), ElementsAre("lexi/flow.lua"));
    EXPECT_THAT(files_of(check({"lexi/flow.lua"})), ElementsAre("lexi/flow.lua"));
    EXPECT_THAT(files_of(check({"shared/a.lua"})), ElementsAre("shared/a.lua"));
    EXPECT_THAT(files_of(check({"concya"})), ElementsAre("shared/a.lua"));
    EXPECT_THAT(files_of(check({"numbers.lua"})), ElementsAre("numbers.lua"));
    EXPECT_THAT(files_of(check({folder / "lexi"})), ElementsAre("lexi/flow.lua"));
    EXPECT_THAT(texts(check({"bakery"})),
                ElementsAre("bakery: there is no flow here: name a folder with a flow.lua in it"));
}

TEST_F(Library, AnswersWhileItReloads) {
    library.refresh();
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0}, asked{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i)
        callers.emplace_back([&] {
            while (!stop) {
                auto live = library.find("+15550100");
                if (!live || live->settings["greeting"] != live->flow->settings()["greeting"]) ++wrong;
                ++asked;
                library.status();
            }
        });
    for (int i = 0; i < 50; ++i) {
        folder.write("lexi/flow.lua", flow("Hi " + std::to_string(i)));
        library.refresh({"lexi/flow.lua"});
    }
    stop = true;
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_GT(asked, 0);
    EXPECT_EQ(greeting("+15550100"), "Hi 49");
}

TEST_F(Library, IsLiveSoonAfterASave) {
    folder.write("lexi/flow_test.lua", "pass");
    library.refresh();
    FlowWatcher watcher(
        folder.root(), [&](const Changes& changes) { library.reload(changes); }, log);
    for (int i = 0; i < 3; ++i) {
        auto wanted = "Hello " + std::to_string(i);
        auto saved = std::chrono::steady_clock::now();
        folder.replace("lexi/flow.lua", flow(wanted));
        while (greeting("+15550100") != wanted && std::chrono::steady_clock::now() < saved + 20s)
            std::this_thread::sleep_for(1ms);
        ASSERT_EQ(greeting("+15550100"), wanted);
        RecordProperty("save_to_live_ms_" + std::to_string(i),
                       std::to_string((std::chrono::steady_clock::now() - saved) / 1ms));
    }
}

TEST_F(Library, RunsRealTestsUnlessToldOtherwise) {
    FlowLibrary::Options real;
    real.root = folder.root();
    folder.write("lexi/flow.lua", "return { on_call = function(call) call:say(\"Hello there.\") end }");
    folder.write("lexi/flow_test.lua",
                 "local it = test.flow(\"lexi\")\n"
                 "it(\"greets\", function(caller)\n  caller:hears(\"Good morning\")\nend)\n");
    FlowLibrary tested(real, clock, log, metrics);
    EXPECT_THAT(
        texts(tested.refresh()),
        Contains(testing::StartsWith("lexi/flow_test.lua:3: the test \"greets\" fails: expected the caller to hear")));
    EXPECT_EQ(tested.find("+15550100"), nullptr);
    folder.write("lexi/flow_test.lua",
                 "local it = test.flow(\"lexi\")\n"
                 "it(\"greets\", function(caller)\n  caller:hears(\"Hello there\")\nend)\n");
    EXPECT_THAT(tested.refresh({"lexi/flow_test.lua"}), IsEmpty());
    EXPECT_NE(tested.find("+15550100"), nullptr);
}

namespace {

// Settings that operators keep for the numbers of a dental office.
class LibraryWithSettings : public Library {
protected:
    void SetUp() override {
        folder.write("numbers.lua",
                     "return { ['+15550100'] = { flow = 'lexi', settings = { desk = '+15550151' } },"
                     " ['+15550101'] = 'lexi' }");
        office("desk = { type = 'phone', default = '+15550150' }, seats = { type = 'number', max = 10 }");
    }
    void office(const std::string& settings) const {
        folder.write("lexi/flow.lua", "return { settings = { " + settings + " }, on_call = function(call) end }");
    }
    void set(const std::string& number, const core::Json& values) {
        auto revision = std::uint64_t{0};
        for (const auto& one : kept.current().value())
            if (one.number == number) revision = one.revision;
        ASSERT_TRUE(kept.put({number, values, revision}, "set", clock.now()));
    }
    core::Json settings(const std::string& number) {
        auto live = with_settings.find(number);
        return live ? live->settings : core::Json();
    }

    FlowLibrary::Options options_with_settings() {
        auto all = options();
        all.settings = &kept;
        return all;
    }
    store::MemorySettings kept;
    FlowLibrary with_settings{options_with_settings(), clock, log, metrics};
};

}  // namespace

TEST_F(LibraryWithSettings, LaysWhatIsSetOverNumbersLua) {
    set("+15550100", {{"desk", "+15550159"}});
    EXPECT_THAT(with_settings.refresh(), IsEmpty());
    EXPECT_EQ(settings("+15550100"), (core::Json{{"desk", "+15550159"}}));
    EXPECT_EQ(settings("+15550101"), (core::Json{{"desk", "+15550150"}}));
}

TEST_F(LibraryWithSettings, FollowsWhatIsSetForOneNumber) {
    with_settings.refresh();
    auto before = with_settings.find("+15550100"), other = with_settings.find("+15550101");
    set("+15550100", {{"seats", 5}});
    EXPECT_EQ(settings("+15550100"), (core::Json{{"desk", "+15550151"}}));
    with_settings.follow();
    EXPECT_EQ(settings("+15550100"), (core::Json{{"desk", "+15550151"}, {"seats", 5}}));
    EXPECT_EQ(before->settings, (core::Json{{"desk", "+15550151"}}));  // a call has it
    EXPECT_EQ(with_settings.find("+15550101"), other);
    set("+15550100", core::Json::object());
    with_settings.follow();
    EXPECT_EQ(settings("+15550100"), (core::Json{{"desk", "+15550151"}}));
}

TEST_F(LibraryWithSettings, LeavesOutWhatANewVersionDoesNotTake) {
    set("+15550100", {{"seats", 5}});
    with_settings.refresh();
    office("desk = { type = 'phone', default = '+15550150' }, seats = { type = 'number', max = 4 }");
    EXPECT_THAT(with_settings.refresh(), IsEmpty());
    EXPECT_EQ(settings("+15550100"), (core::Json{{"desk", "+15550151"}}));
}

TEST_F(LibraryWithSettings, TakesANumberOnceItHasWhatTheFlowNeeds) {
    office("desk = { type = 'phone', required = true }");
    EXPECT_THAT(texts(with_settings.refresh()),
                ElementsAre(HasSubstr("numbers.lua:1: +15550101 has no `desk`, a setting that lexi needs")));
    EXPECT_EQ(with_settings.find("+15550101"), nullptr);
    set("+15550101", {{"desk", "+15550159"}});
    with_settings.follow();
    EXPECT_EQ(settings("+15550101"), (core::Json{{"desk", "+15550159"}}));
}

TEST_F(LibraryWithSettings, KeepsTheLastGoodStateOfANumberThatLacksWhatTheFlowNeeds) {
    with_settings.refresh();
    office("desk = { type = 'phone', required = true }");
    with_settings.refresh();
    EXPECT_EQ(settings("+15550100"), (core::Json{{"desk", "+15550151"}}));
    ASSERT_NE(with_settings.find("+15550101"), nullptr);
    EXPECT_THAT(with_settings.status().back().error, HasSubstr("+15550101 has no `desk`"));
}
