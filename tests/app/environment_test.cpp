#include "app/environment.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

using namespace switchhook::app;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class Environment : public testing::Test {
protected:
    void SetUp() override { clear(); }
    void TearDown() override { clear(); }

    std::vector<std::string> read(const std::string& text) const {
        folder.write(".env", text);
        return read_env_file(folder / ".env");
    }
    // The value after reading this one line; "unset" if there is none.
    std::string value_of(const std::string& line) const {
        clear();
        EXPECT_THAT(read(line + "\n"), IsEmpty());
        const char* value = std::getenv("SWITCHHOOK_A");
        return value ? value : "unset";
    }
    static void clear() {
        unsetenv("SWITCHHOOK_A");
        unsetenv("SWITCHHOOK_B");
    }

    switchhook::script::FlowsFolder folder;
};

}  // namespace

TEST_F(Environment, ReadsValuesBareAndQuoted) {
    EXPECT_EQ(value_of("SWITCHHOOK_A=one"), "one");
    EXPECT_EQ(value_of("  SWITCHHOOK_A = one two \r"), "one two");
    EXPECT_EQ(value_of("export SWITCHHOOK_A=one"), "one");
    EXPECT_EQ(value_of("SWITCHHOOK_A="), "");
    EXPECT_EQ(value_of("SWITCHHOOK_A='a # \"b\" \\n'"), "a # \"b\" \\n");
    EXPECT_EQ(value_of("SWITCHHOOK_A=\"a # \\\"b\\\"\\nc\""), "a # \"b\"\nc");
    EXPECT_EQ(value_of("SWITCHHOOK_A=a=b"), "a=b");
}

TEST_F(Environment, PassesOverComments) {
    EXPECT_EQ(value_of("# SWITCHHOOK_A=one\n\n"), "unset");
    EXPECT_EQ(value_of("SWITCHHOOK_A=one # why"), "one");
    EXPECT_EQ(value_of("SWITCHHOOK_A=one\t# why"), "one");
    EXPECT_EQ(value_of("SWITCHHOOK_A= # why"), "");
    EXPECT_EQ(value_of("SWITCHHOOK_A=one#two"), "one#two");
    EXPECT_EQ(value_of("SWITCHHOOK_A=\"one\" # why"), "one");
}

TEST_F(Environment, KeepsWhatIsSetAlready) {
    setenv("SWITCHHOOK_A", "mine", 1);
    EXPECT_THAT(read("SWITCHHOOK_A=theirs\nSWITCHHOOK_B=new\n"), IsEmpty());
    EXPECT_STREQ(std::getenv("SWITCHHOOK_A"), "mine");
    EXPECT_STREQ(std::getenv("SWITCHHOOK_B"), "new");
}

TEST_F(Environment, NamesEveryLineThatItCannotRead) {
    auto at = (folder / ".env").string();
    EXPECT_THAT(read("nonsense\nSWITCHHOOK_A=1\n1A=x\nSWITCHHOOK_B=\"open\nSWITCHHOOK_B='a' b\n"),
                ElementsAre(at + ":1: not a setting: write NAME=value", at + ":3: not a setting: write NAME=value",
                            at + ":4: not a setting: write NAME=value", at + ":5: not a setting: write NAME=value"));
    EXPECT_STREQ(std::getenv("SWITCHHOOK_A"), "1");
    EXPECT_EQ(std::getenv("SWITCHHOOK_B"), nullptr);
}

TEST_F(Environment, NeedsNoFile) {
    EXPECT_THAT(read_env_file(folder / "missing"), IsEmpty());
}

TEST_F(Environment, GivesTheFirstVariableThatIsSet) {
    EXPECT_EQ(environment({"SWITCHHOOK_A", "SWITCHHOOK_B"}), "");
    setenv("SWITCHHOOK_B", "b", 1);
    EXPECT_EQ(environment({"SWITCHHOOK_A", "SWITCHHOOK_B"}), "b");
    setenv("SWITCHHOOK_A", "", 1);
    EXPECT_EQ(environment({"SWITCHHOOK_A", "SWITCHHOOK_B"}), "b");
    setenv("SWITCHHOOK_A", "a", 1);
    EXPECT_EQ(environment({"SWITCHHOOK_A", "SWITCHHOOK_B"}), "a");
}
