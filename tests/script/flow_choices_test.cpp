#include "script/flow_choices.hpp"

#include "script/flow_library.hpp"
#include "script/flows_folder.hpp"
#include "store/memory_versions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::script;
using namespace std::chrono_literals;
using core::Errc;
using core::FlowVersions;
using core::VersionChange;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

// Versions in memory that cannot always be reached.
class BrittleVersions final : public core::Versions {
public:
    explicit BrittleVersions(store::MemoryStore& store) : kept_(store) {}

    bool reachable = true;

    core::Result<std::vector<FlowVersions>> chosen() override {
        if (!reachable) return core::Error(Errc::unavailable);
        return kept_.chosen();
    }
    core::Result<void> put(const FlowVersions& now, const VersionChange& change,
                           const std::optional<core::Json>& sources) override {
        if (!reachable) return core::Error(Errc::unavailable);
        return kept_.put(now, change, sources);
    }
    core::Result<std::vector<VersionChange>> history(const std::string& flow) override { return kept_.history(flow); }
    core::Result<std::optional<core::Json>> sources(const std::string& flow, const std::string& version) override {
        if (!reachable) return core::Error(Errc::unavailable);
        return kept_.sources(flow, version);
    }
    core::Result<std::map<std::string, std::size_t>> calls(const std::string& flow) override {
        return kept_.calls(flow);
    }
    bool wait_for_change(std::stop_token stop, std::chrono::milliseconds longest) override {
        return kept_.wait_for_change(stop, longest);
    }

private:
    store::MemoryVersions kept_;
};

std::string flow(const std::string& greeting) {
    return "return { settings = { greeting = \"" + greeting + "\" }, on_call = function(call) end }\n";
}

// Engines with a folder each, which share their versions.
class Choices : public testing::Test {
protected:
    struct Engine {
        Engine(const FlowsFolder& folder, BrittleVersions& versions, const core::Clock& clock, core::Log& log)
            : library({.root = folder.root(), .versions = &versions}, clock, log, metrics) {
            library.refresh();
        }
        // What a caller of a number hears.
        std::string greeting(const std::string& number = "+15550100", const std::string& caller = "+15551230147") {
            auto live = library.find(number, caller);
            return live ? live->settings.value("greeting", "") : "none";
        }
        NumberStatus status(std::size_t index = 0) { return library.status().at(index); }

        core::Metrics metrics;
        FlowLibrary library;
    };

    void SetUp() override {
        write_numbers(folder);
        write("A");
    }
    static void write_numbers(const FlowsFolder& to) {
        to.write("numbers.lua",
                 "return { ['+15550100'] = 'lexi', ['+15550101'] = { flow = 'lexi', test_callers = "
                 "{ '+15551230199' } } }");
    }
    void write(const std::string& greeting) { folder.write("lexi/flow.lua", flow(greeting)); }
    Engine start(const FlowsFolder& with) { return Engine(with, versions, clock, log); }
    std::unique_ptr<Engine> start() { return std::make_unique<Engine>(folder, versions, clock, log); }
    void edit(Engine& engine, const std::string& greeting) {
        write(greeting);
        engine.library.refresh();
    }

    static Bundle bundle(const std::string& greeting) { return {"lexi", {"lexi/flow.lua", flow(greeting)}, {}}; }
    static std::string version(const std::string& greeting) { return bundle(greeting).version(); }
    FlowVersions chosen() { return versions.chosen().value().at(0); }
    // As an operator does it.
    void put(const FlowVersions& now, const std::string& greeting, VersionChange::Kind kind, const std::string& what) {
        VersionChange change{"lexi", {}, version(greeting), kind, what, clock.now()};
        ASSERT_TRUE(versions.put(now, change, to_json(bundle(greeting))));
    }
    void roll_back(const std::string& greeting, const std::string& number = "") {
        put(core::rolled_back(chosen(), version(greeting), number), greeting, VersionChange::Kind::rolled_back,
            "rolled back");
    }
    void publish(const std::string& greeting) {
        put(core::published(chosen(), version(greeting)), greeting, VersionChange::Kind::went_live, "published");
    }
    void try_out(const std::string& greeting, unsigned percent) {
        put(core::tried(chosen(), version(greeting), percent), greeting, VersionChange::Kind::trial, "tried");
    }
    std::vector<std::string> history() {
        std::vector<std::string> all;
        for (const auto& change : versions.history("lexi").value()) all.push_back(change.what);
        return all;
    }

    FlowsFolder folder;
    core::ManualClock clock{core::Time(1000s)};
    std::vector<std::string> logged;
    core::Log log{{}, [this](std::string_view line) { logged.emplace_back(line); }};
    store::MemoryStore store{clock};
    BrittleVersions versions{store};
};

}  // namespace

TEST_F(Choices, KeepWhatWentLiveWithItsSources) {
    auto engine = start();
    edit(*engine, "B");
    EXPECT_THAT(history(), ElementsAre("new", "edited lexi/flow.lua"));
    EXPECT_EQ(chosen().all.live, version("B"));
    EXPECT_EQ(bundle_from_json(versions.sources("lexi", version("A")).value().value())->version(), version("A"));
}

TEST_F(Choices, KeepNothingThatIsRefused) {
    auto engine = start();
    folder.write("lexi/flow.lua", "return nonsense");
    engine->library.refresh();
    EXPECT_EQ(chosen().all.live, version("A"));
}

TEST_F(Choices, FollowAnotherEngine) {
    FlowsFolder without_flows;
    write_numbers(without_flows);
    auto one = start();
    auto two = start(without_flows);
    EXPECT_EQ(two.greeting(), "A");
    EXPECT_THAT(two.status().error, IsEmpty());
    edit(*one, "B");
    two.library.follow();
    EXPECT_EQ(two.greeting(), "B");
    EXPECT_THAT(logged.back(), HasSubstr("by=\"edited lexi/flow.lua\""));
}

TEST_F(Choices, AreMadeOnceByEnginesThatStartTogether) {
    auto one = start();
    auto two = start();
    EXPECT_EQ(history().size(), 1u);
    write("B");
    one->library.refresh();
    two->library.refresh();
    EXPECT_EQ(history().size(), 2u);
    EXPECT_EQ(two->greeting(), "B");
}

TEST_F(Choices, KeepARolledBackVersionAwayUntilTheFilesChange) {
    auto engine = start();
    edit(*engine, "B");
    roll_back("A");
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "A");
    EXPECT_EQ(engine->status().note, "the files are version " + version("B") +
                                         ", which was rolled back: change them, or run `switchhook publish lexi`");

    folder.write("lexi/flow_test.lua", "local it = test.flow('lexi')");
    engine->library.refresh();
    EXPECT_EQ(engine->greeting(), "A");

    edit(*engine, "C");
    EXPECT_EQ(engine->greeting(), "C");
    EXPECT_THAT(engine->status().note, IsEmpty());
    edit(*engine, "B");  // the author wants it
    EXPECT_EQ(engine->greeting(), "B");
}

TEST_F(Choices, KeepARolledBackVersionAwayThatReachesAnotherEngineLate) {
    FlowsFolder late;
    write_numbers(late);
    late.write("lexi/flow.lua", flow("A"));
    auto one = start();
    auto two = start(late);
    edit(*one, "B");
    roll_back("A");
    late.write("lexi/flow.lua", flow("B"));
    two.library.refresh();
    EXPECT_EQ(two.greeting(), "A");
    EXPECT_THAT(logged.back(), HasSubstr("flow_not_live"));
}

TEST_F(Choices, LeaveItToTheStoreAtTheStartWhatOfKnownFilesIsLive) {
    edit(*start(), "B");
    roll_back("A");
    auto engine = start();
    EXPECT_EQ(engine->greeting(), "A");
    EXPECT_THAT(engine->status().note, HasSubstr("which was rolled back"));
    publish("C");
    engine = start();
    EXPECT_EQ(engine->greeting(), "C");
    EXPECT_THAT(engine->status().note, HasSubstr("another one was chosen"));
}

TEST_F(Choices, PutNewFilesLiveAtTheStart) {
    edit(*start(), "B");
    roll_back("A");
    write("C");
    EXPECT_EQ(start()->greeting(), "C");
}

TEST_F(Choices, PutFilesLiveAtTheStartThatWereOnlyOnTrial) {
    start();
    try_out("B", 10);
    write("B");
    EXPECT_EQ(start()->greeting(), "B");
}

TEST_F(Choices, ArePublishedWhateverTheFilesAre) {
    auto engine = start();
    edit(*engine, "B");
    roll_back("A");
    publish("B");
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "B");
    EXPECT_THAT(engine->status().note, IsEmpty());
}

TEST_F(Choices, GoLiveWhileTheStoreIsOutOfReachAndAreKeptLater) {
    auto engine = start();
    versions.reachable = false;
    edit(*engine, "B");
    EXPECT_EQ(engine->greeting(), "B");
    EXPECT_THAT(logged, Contains(HasSubstr("version_not_kept flow=lexi version=" + version("B"))));
    edit(*engine, "C");
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "C");
    versions.reachable = true;
    engine->library.follow();
    EXPECT_EQ(chosen().all.live, version("C"));
    EXPECT_TRUE(versions.sources("lexi", version("C")).value());
    EXPECT_THAT(logged, Contains(HasSubstr("version_kept flow=lexi version=" + version("C"))));
    engine->library.follow();
    EXPECT_EQ(history().size(), 2u);
}

TEST_F(Choices, AreNewestWhereTheyWereMadeWhileTheStoreWasOutOfReach) {
    auto engine = start();
    versions.reachable = false;
    edit(*engine, "B");
    versions.reachable = true;
    publish("C");
    engine->library.follow();
    EXPECT_EQ(chosen().all.live, version("B"));
    EXPECT_EQ(engine->greeting(), "B");
}

TEST_F(Choices, MayDifferForOneNumberUntilTheFilesChange) {
    auto engine = start();
    edit(*engine, "B");
    roll_back("A", "+15550100");
    engine->library.follow();
    EXPECT_EQ(engine->greeting("+15550100"), "A");
    EXPECT_EQ(engine->greeting("+15550101"), "B");
    EXPECT_EQ(engine->status().version, version("A"));
    edit(*engine, "C");
    EXPECT_EQ(engine->greeting("+15550100"), "C");
}

TEST_F(Choices, GiveTheCandidateToTestCallersOnly) {
    auto engine = start();
    try_out("B", 0);
    engine->library.follow();
    EXPECT_EQ(engine->greeting("+15550101", "+15551230199"), "B");
    EXPECT_EQ(engine->greeting("+15550101", "+15551230198"), "A");
    EXPECT_EQ(engine->greeting("+15550100", "+15551230199"), "A");  // it is not a test caller there
    EXPECT_EQ(engine->status().candidate, version("B"));
}

TEST_F(Choices, GiveTheCandidateToTestCallersOfTheFlow) {
    auto with = [](const std::string& greeting) {
        return "return { settings = { greeting = '" + greeting +
               "', test_callers = { '+15551230199' } }, on_call = function(call) end }";
    };
    folder.write("lexi/flow.lua", with("A"));
    auto engine = start();
    try_out("B", 0);
    engine->library.follow();
    EXPECT_EQ(engine->greeting("+15550100", "+15551230199"), "B");
    EXPECT_EQ(engine->greeting("+15550100", "+15551230198"), "A");
}

TEST_F(Choices, GiveACanaryItsShareUntilItIsPromoted) {
    auto engine = start();
    try_out("B", 25);
    engine->library.follow();
    auto share = [&] {
        int got = 0;
        for (int n = 0; n < 1'000; ++n)
            got += engine->greeting("+15550100", "+1555" + std::to_string(1'000'000 + n)) == "B";
        return got;
    };
    EXPECT_NEAR(share(), 250, 50);
    put(core::promoted(chosen()), "B", VersionChange::Kind::went_live, "canary promoted");
    engine->library.follow();
    EXPECT_EQ(share(), 1'000);
    EXPECT_THAT(engine->status().candidate, IsEmpty());
}

TEST_F(Choices, LeaveATrialGoingOnWhenTheFilesChange) {
    auto engine = start();
    try_out("B", 0);
    edit(*engine, "C");
    EXPECT_EQ(engine->greeting("+15550101", "+15551230199"), "B");
    EXPECT_EQ(engine->greeting(), "C");
}

TEST_F(Choices, ThatCannotBeLoadedLeaveTheLastGoodVersion) {
    auto engine = start();
    VersionChange change{"lexi", {}, "0123456789ab", VersionChange::Kind::went_live, "published", clock.now()};
    ASSERT_TRUE(versions.put(core::published(chosen(), "0123456789ab"), change, to_json(bundle("B"))));
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "A");
    EXPECT_THAT(engine->status().error, HasSubstr("lexi: version 0123456789ab is chosen, but cannot be loaded"));
    publish("C");
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "C");
    EXPECT_THAT(engine->status().error, IsEmpty());
}

TEST_F(Choices, ThatCannotBeReachedAreLoadedLater) {
    auto engine = start();
    publish("B");
    edit(*start(), "A");
    versions.reachable = false;
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "A");
    versions.reachable = true;
    engine->library.follow();
    EXPECT_EQ(engine->greeting(), "B");
}

TEST(EditBetween, NamesTheFiles) {
    Bundle was{"lexi", {"lexi/flow.lua", "1"}, {{"a", {"lexi/a.lua", "1"}}, {"b", {"shared/b.lua", "1"}}}};
    auto now = was;
    now.modules["b"].text = "2";
    now.modules.erase("a");
    EXPECT_EQ(edit_between(was, now), "edited shared/b.lua, lexi/a.lua");
    now.main.text = "2";
    now.modules["c"] = {"lexi/c.lua", "1"};
    EXPECT_EQ(edit_between(was, now), "edited lexi/c.lua, lexi/flow.lua, shared/b.lua and 1 more");
}
