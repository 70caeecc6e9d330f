// A flow to begin with, and how far somebody gets with it who has never done this before.
#include "integration/engine_fixture.hpp"
#include "integration/shell.hpp"

#include <algorithm>

using namespace switchhook;
using namespace switchhook::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

// In an empty folder.
class New : public EngineTest {
protected:
    New() { std::filesystem::create_directories(work_); }
    void SetUp() override {}

    Ran run(std::vector<std::string> arguments, const std::string& input = "") const {
        std::ofstream(folder / "stdin.txt") << input;
        ChildProcess child(std::move(arguments), work_, {}, folder / "stdin.txt");
        auto code = child.exit_code();
        return {code, child.out(), child.err()};
    }
    std::string read(const std::string& path) const { return read_file(work_ / path); }

    const std::filesystem::path work_ = folder / "work";
};

}  // namespace

TEST_F(New, PassesItsTestsAsItIsWritten) {
    for (const std::string kind : {"reservations", "clinic", "support", "sales", "voicemail"}) {
        auto made = run({"new", "our_" + kind, "--like", kind});
        EXPECT_EQ(made.exit_code, 0) << made.err;
        auto tested = run({"test", "our_" + kind});
        EXPECT_EQ(tested.exit_code, 0) << tested.out << tested.err;
        EXPECT_THAT(tested.out, Not(HasSubstr("\n0 passed"))) << kind;
    }
    auto checked = run({"check"});
    EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
    EXPECT_EQ(read("flows/numbers.lua"),
              "-- Which number runs which flow. A number's settings are laid over the flow's own, as\n"
              "--   [\"+15550100\"] = { flow = \"bistro\", settings = { front_desk = \"+15550101\" } },\n"
              "return {\n"
              "  [\"+15550102\"] = \"our_reservations\", -- a made-up number: put yours in its place\n"
              "  [\"+15550103\"] = \"our_clinic\", -- a made-up number: put yours in its place\n"
              "  [\"+15550104\"] = \"our_support\", -- a made-up number: put yours in its place\n"
              "  [\"+15550105\"] = \"our_sales\", -- a made-up number: put yours in its place\n"
              "  [\"+15550106\"] = \"our_voicemail\", -- a made-up number: put yours in its place\n"
              "}\n");
}

TEST_F(New, TellsWhatItWroteAndWhatIsNext) {
    auto made = run({"new", "ascend_dental", "--like", "clinic", "--number", "+13035550142"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    EXPECT_EQ(made.out,
              "flows/ascend_dental/flow.lua  what happens on a call\n"
              "flows/ascend_dental/flow_test.lua  calls to try it with\n"
              "flows/numbers.lua  [\"+13035550142\"] = \"ascend_dental\"\n"
              "flows/.luarc.json  completion in your editor\n"
              "\n"
              "Next:\n"
              "  switchhook test ascend_dental             plays the calls in its flow_test.lua\n"
              "  switchhook call ascend_dental             calls it here: you are the caller\n"
              "  switchhook publish ascend_dental          puts it live, once its tests pass\n");
    EXPECT_THAT(read("flows/ascend_dental/flow.lua"), HasSubstr("name = \"Ascend Dental\""));
    EXPECT_TRUE(std::filesystem::exists(work_ / "flows/.switchhook/call.lua"));
}

TEST_F(New, OverwritesNothing) {
    flow("work/flows/bistro/notes.txt", "mine");
    auto there = run({"new", "bistro"});
    EXPECT_EQ(there.exit_code, 1);
    EXPECT_EQ(there.err, "switchhook: flows/bistro is there already, and stays as it is: choose another name\n");
    EXPECT_FALSE(std::filesystem::exists(work_ / "flows/bistro/flow.lua"));

    flow("work/flows/numbers.lua", "return { [\"+13035550142\"] = \"cafe\" }");
    auto taken = run({"new", "diner", "--number", "+13035550142"});
    EXPECT_EQ(taken.exit_code, 1);
    EXPECT_THAT(taken.err, HasSubstr("+13035550142 is in flows/numbers.lua already"));
    EXPECT_FALSE(std::filesystem::exists(work_ / "flows/diner"));
}

TEST_F(New, SaysWhichLineIsMissingWhereItCannotAddIt) {
    const std::string own = "local numbers = {}\nreturn numbers\n";
    flow("work/flows/numbers.lua", own);
    auto made = run({"new", "bistro"});
    EXPECT_EQ(made.exit_code, 0);
    EXPECT_THAT(made.out, HasSubstr("Add yourself:\n  [\"+15550100\"] = \"bistro\",\n"));
    EXPECT_EQ(read("flows/numbers.lua"), own);
}

TEST_F(New, TellsWhatIsWrongWithItsArguments) {
    auto name = run({"new", "Ascend Dental"});
    EXPECT_EQ(name.exit_code, 2);
    EXPECT_EQ(name.err, "switchhook: `Ascend Dental` cannot be a flow's name: did you mean `ascend_dental`?\n");
    auto kind = run({"new", "bistro", "--like", "bistro"});
    EXPECT_EQ(kind.exit_code, 2);
    EXPECT_THAT(kind.err, HasSubstr("reservations"));
    auto wrong = run({"new", "bistro", "--number", "555 0142"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("555 0142 is no phone number in E.164: write + and the country code first"));
    flow("work/taken", "a file");
    EXPECT_EQ(run({"new", "bistro", "--flows", "taken"}).exit_code, 3);
}

// The README's first steps, as they stand there.
TEST_F(New, LeadsFromNothingToALiveFlowInTheFiveCommandsOfTheReadme) {
    const auto readme = read_file(SOURCE_DIR "/README.md");
    const auto begins = readme.rfind("```sh\n", readme.find("switchhook new ")) + 6;
    auto commands = readme.substr(begins, readme.find("```", begins) - begins);
    EXPECT_EQ(std::count(commands.begin(), commands.end(), '\n'), 5) << commands;
    commands = std::regex_replace(commands, std::regex("build/release/switchhook"), "switchhook");
    // Nobody is at the terminal: the caller presses 3.
    commands = std::regex_replace(commands, std::regex("(switchhook call)"), "echo 3 | $1");

    auto ran = run_in_shell(work_, commands);
    EXPECT_EQ(ran.exit_code, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("10 passed, 0 failed"));
    EXPECT_THAT(ran.out, HasSubstr("no problems"));
    EXPECT_THAT(ran.out, HasSubstr("hears: Welcome to Ascend Dental."));
    EXPECT_THAT(ran.out, HasSubstr("hears: We are closed now, and open again"));
    EXPECT_THAT(ran.out, HasSubstr("hears: We are at 12 Lake Road"));
    EXPECT_THAT(ran.out, testing::ContainsRegex("ascend_dental: version [0-9a-f]+ is live"));
    EXPECT_THAT(run({"versions", "ascend_dental"}).out, HasSubstr("published"));
}
