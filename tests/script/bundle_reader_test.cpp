#include "script/bundle_reader.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <sys/stat.h>
#include <thread>

using namespace switchhook::script;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

namespace {

class BundleReading : public testing::Test {
protected:
    Reading read(const std::string& business = "lexi", std::size_t limit = 1024) {
        return BundleReader(folder.root(), limit, {"ivr", "hours"}).read(business);
    }

    std::vector<std::string> problems_of(const std::string& flow) {
        folder.write("lexi/flow.lua", flow);
        return texts(read());
    }

    static std::vector<std::string> texts(const Reading& reading) {
        std::vector<std::string> all;
        for (const auto& problem : reading.problems) all.push_back(problem.text());
        return all;
    }

    FlowsFolder folder;
};

}  // namespace

TEST_F(BundleReading, FindsEveryBusinessButNotTheSharedFolder) {
    for (auto path : {"lexi/flow.lua", "concya/flow.lua", "shared/flow.lua", ".git/flow.lua", "notes/readme.lua"})
        folder.write(path, "return {}");
    EXPECT_THAT(BundleReader(folder.root(), 1024).businesses(), ElementsAre("concya", "lexi"));
}

TEST_F(BundleReading, TakesTheFlowItsTestAndAllModulesOnTheWay) {
    folder.write("lexi/flow.lua", "local a = require 'menu.evening'\nreturn {}");
    folder.write("lexi/menu/evening.lua", "return require('greeting')");
    folder.write("shared/greeting.lua", "return require [[prices]]");
    folder.write("lexi/prices.lua", "return {}");
    folder.write("lexi/unused.lua", "return {}");
    folder.write("lexi/flow_test.lua", "-- none");
    auto reading = read();
    EXPECT_THAT(texts(reading), IsEmpty());
    EXPECT_EQ(reading.bundle.name, "lexi");
    EXPECT_EQ(reading.bundle.main.path, "lexi/flow.lua");
    EXPECT_THAT(reading.bundle.modules, ElementsAre(Key("greeting"), Key("menu.evening"), Key("prices")));
    EXPECT_EQ(reading.bundle.modules["menu.evening"].path, "lexi/menu/evening.lua");
    EXPECT_EQ(reading.bundle.modules["greeting"].path, "shared/greeting.lua");
    ASSERT_TRUE(reading.test);
    EXPECT_EQ(reading.test->path, "lexi/flow_test.lua");
}

TEST_F(BundleReading, PrefersTheBusinesssOwnModule) {
    folder.write("lexi/flow.lua", "require 'booking' return {}");
    folder.write("shared/booking.lua", "return 'shared'");
    EXPECT_EQ(read().bundle.modules["booking"].path, "shared/booking.lua");
    folder.write("lexi/booking.lua", "return 'own'");
    EXPECT_EQ(read().bundle.modules["booking"].path, "lexi/booking.lua");
}

TEST_F(BundleReading, LeavesTheEnginesModulesAlone) {
    EXPECT_THAT(problems_of("local ivr = require 'ivr'\nreturn {}"), IsEmpty());
    EXPECT_THAT(read().bundle.modules, IsEmpty());
}

TEST_F(BundleReading, RefusesToShadowAModuleOfTheEngine) {
    folder.write("lexi/hours.lua", "return {}");
    EXPECT_THAT(
        problems_of("local hours = require 'hours'\nreturn {}"),
        ElementsAre("lexi/hours.lua: \"hours\" is the name of a module of the engine: give the file another name, "
                    "and require that one"));
}

TEST_F(BundleReading, IsNotFooledByCommentsStringsAndKeys) {
    EXPECT_THAT(problems_of("-- require 'a'\n--[[ require 'b' ]] local s = \"require 'c'\" .. [[require 'd']]\n"
                            "local t = { require = 1 } t.require('e') t:require 'f'\nreturn {}"),
                IsEmpty());
}

TEST_F(BundleReading, RefusesARequireThatIsNotLiteral) {
    std::string what =
        ": require needs the module's name itself, in quotes: write require \"booking\", one line for each module";
    EXPECT_THAT(problems_of("\nlocal m = require(name)\nreturn {}"), ElementsAre("lexi/flow.lua:2" + what));
    EXPECT_THAT(problems_of("require('a' .. b)"), ElementsAre("lexi/flow.lua:1" + what));
    EXPECT_THAT(problems_of("local load = require\nreturn {}"), ElementsAre("lexi/flow.lua:1" + what));
    EXPECT_THAT(problems_of("return require"), ElementsAre("lexi/flow.lua:1" + what));
}

TEST_F(BundleReading, LetsNoModuleNameLeadOut) {
    std::string fix =
        " is no module name: write words with dots between: require \"menu.evening\" loads menu/evening.lua";
    folder.write("secret.lua", "return {}");
    for (std::string name : {"../secret", "/etc/passwd", "..secret", "a..b", ".a", "a.", "a/b", ""})
        EXPECT_THAT(problems_of("require '" + name + "'"), ElementsAre("lexi/flow.lua:1: \"" + name + "\"" + fix));
}

TEST_F(BundleReading, SuggestsTheModuleThatWasMeant) {
    folder.write("shared/booking.lua", "return {}");
    EXPECT_THAT(problems_of("\n\nrequire 'bokking'"),
                ElementsAre("lexi/flow.lua:3: there is no module \"bokking\": did you mean \"booking\"?"));
    EXPECT_THAT(problems_of("require 'prices'"), ElementsAre("lexi/flow.lua:1: there is no module \"prices\": create "
                                                             "lexi/prices.lua or shared/prices.lua"));
}

TEST_F(BundleReading, NamesTheModuleThatRequiresWhatIsMissing) {
    folder.write("lexi/a.lua", "\nreturn require 'prices'");
    EXPECT_THAT(problems_of("require 'a'"), ElementsAre("lexi/a.lua:2: there is no module \"prices\": create "
                                                        "lexi/prices.lua or shared/prices.lua"));
}

TEST_F(BundleReading, EndsWhereModulesRequireEachOther) {
    folder.write("lexi/a.lua", "return require 'b'");
    folder.write("lexi/b.lua", "return require 'a'");
    EXPECT_THAT(problems_of("require 'a'"), IsEmpty());
}

TEST_F(BundleReading, RefusesWhatIsNotText) {
    EXPECT_THAT(problems_of("\x1bLJ..."),
                ElementsAre("lexi/flow.lua: this is not text: save the Lua source itself, in UTF-8, not bytecode"));
    EXPECT_THAT(problems_of(std::string("return\0{}", 9)),
                ElementsAre("lexi/flow.lua: this is not text: save the Lua source itself, in UTF-8, not bytecode"));
    EXPECT_THAT(problems_of(""), ElementsAre("lexi/flow.lua: the file is empty: end it with return { … }"));
}

TEST_F(BundleReading, RefusesAPipeWithoutWaitingForIt) {
    folder.write("lexi/other.lua", "");
    ASSERT_EQ(::mkfifo((folder / "lexi/flow.lua").c_str(), 0600), 0);
    EXPECT_EQ(texts(read()).at(0),
              "lexi/flow.lua: this is not text: save the Lua source itself, in UTF-8, not bytecode");
}

TEST_F(BundleReading, LimitsAFlowAndItsModulesTogether) {
    folder.write("lexi/flow.lua", "require 'a' --" + std::string(500, 'x'));
    folder.write("lexi/a.lua", "return {} --" + std::string(400, 'x'));
    folder.write("lexi/flow_test.lua", "--" + std::string(1000, 'x'));
    EXPECT_THAT(texts(read()), IsEmpty());
    folder.write("lexi/a.lua", "return {} --" + std::string(600, 'x'));
    EXPECT_THAT(texts(read()),
                ElementsAre("lexi/a.lua: longer than 1 KiB: keep a flow and its modules under 1 KiB together"));
}

TEST_F(BundleReading, RefusesSymlinksThatLeadOut) {
    FlowsFolder outside;
    outside.write("flow.lua", "return {}");
    folder.write("lexi/notes", "");
    folder.link(outside / "flow.lua", "lexi/flow.lua");
    EXPECT_THAT(texts(read()),
                ElementsAre("lexi/flow.lua: the symlink leads out of the flows folder: copy the file into "
                            "the flows folder"));
}

TEST_F(BundleReading, ReadsAMountedConfigMap) {
    folder.write("..2026_03_02/lexi/flow.lua", "require 'a' return 1");
    folder.write("..2026_03_02/lexi/a.lua", "return 1");
    folder.link("..2026_03_02", "..data");
    folder.link("..data/lexi", "lexi");
    BundleReader reader(folder.root(), 1024, {});
    EXPECT_THAT(reader.businesses(), ElementsAre("lexi"));
    EXPECT_THAT(texts(reader.read("lexi")), IsEmpty());
    EXPECT_EQ(reader.read("lexi").bundle.main.text, "require 'a' return 1");

    folder.write("..2026_03_03/lexi/flow.lua", "return 2");
    folder.link("..2026_03_03", "..data");
    EXPECT_EQ(reader.read("lexi").bundle.main.text, "return 2");
}

TEST_F(BundleReading, ReadsAFlowsFolderBehindASymlink) {
    folder.write("releases/1/lexi/flow.lua", "return {}");
    folder.link("releases/1", "current");
    EXPECT_THAT(texts(BundleReader(folder / "current", 1024, {}).read("lexi")), IsEmpty());
}

TEST_F(BundleReading, KnowsWhichFilesItDependsOn) {
    folder.write("lexi/flow.lua", "require 'prices' return {}");
    folder.write("shared/prices.lua", "return {}");
    EXPECT_THAT(read().looked_at,
                ElementsAre("lexi/flow.lua", "lexi/flow_test.lua", "lexi/prices.lua", "shared/prices.lua"));
    folder.link("../shared/prices.lua", "lexi/prices.lua");
    EXPECT_THAT(read().looked_at, Contains("shared/prices.lua"));
}

TEST_F(BundleReading, ReportsAFolderWithoutAFlow) {
    folder.write("lexi/readme.txt", "");
    EXPECT_THAT(texts(read()), ElementsAre("lexi/flow.lua: there is no such file: create it"));
}

TEST_F(BundleReading, NeverMixesTheFilesOfTwoStates) {
    auto release = [this](int version) {
        auto name = std::to_string(version);
        folder.write(".." + name + "/lexi/flow.lua", "require 'a' return " + name);
        folder.write(".." + name + "/lexi/a.lua", "return " + name);
        folder.link(".." + name, "..data");
    };
    release(0);
    folder.link("..data/lexi", "lexi");
    std::atomic<bool> stop{false};
    std::thread swapper([&] {
        for (int version = 1; !stop; ++version) {
            release(version);
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    });
    int mixed = 0;
    for (int i = 0; i < 3000; ++i) {
        auto bundle = read().bundle;
        if (bundle.main.text != "require 'a' " + bundle.modules["a"].text) ++mixed;
    }
    stop = true;
    swapper.join();
    EXPECT_EQ(mixed, 0);
}

TEST_F(BundleReading, GivesASingleFileOrWhatIsWrongWithIt) {
    BundleReader reader(folder.root(), 1024, {});
    EXPECT_EQ(std::get<Problem>(reader.read_file("numbers.lua")).text(),
              "numbers.lua: there is no such file: create it");
    folder.write("numbers.lua", "return {}");
    EXPECT_EQ(std::get<Source>(reader.read_file("numbers.lua")).text, "return {}");
}
