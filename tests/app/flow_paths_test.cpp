#include "app/flow_paths.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::app;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class NamedFlows : public testing::Test {
protected:
    void SetUp() override {
        folder.write("numbers.lua", "return {}");
        folder.write("lexi/flow.lua", "return {}");
        folder.write("shared/words.lua", "return {}");
        other.write("concya/flow.lua", "return {}");
        root = std::filesystem::canonical(folder.root());
    }

    FlowPaths named(std::vector<std::string> arguments) const { return flow_paths(arguments, folder.root()); }

    script::FlowsFolder folder;
    script::FlowsFolder other;
    std::filesystem::path root;
};

}  // namespace

TEST_F(NamedFlows, AreAllWithoutAnArgument) {
    auto all = named({});
    EXPECT_EQ(all.problem, "");
    EXPECT_EQ(all.root, folder.root());
    EXPECT_THAT(all.paths, IsEmpty());
}

TEST_F(NamedFlows, AreNamedByBusinessFolderOrFile) {
    EXPECT_THAT(named({"lexi"}).paths, ElementsAre("lexi"));
    EXPECT_THAT(named({(folder / "lexi").string()}).paths, ElementsAre("lexi"));
    EXPECT_THAT(named({(folder / "lexi/flow.lua").string(), "shared"}).paths, ElementsAre("lexi/flow.lua", "shared"));
    EXPECT_EQ(named({"lexi"}).root, root);
    EXPECT_EQ(named({"lexi"}).problem, "");
}

TEST_F(NamedFlows, AreAllOfAFlowsFolder) {
    auto all = named({other.root().string()});
    EXPECT_EQ(all.root, std::filesystem::canonical(other.root()));
    EXPECT_THAT(all.paths, IsEmpty());
}

TEST_F(NamedFlows, BringTheirOwnFlowsFolder) {
    auto found = named({(other / "concya/flow.lua").string()});
    EXPECT_EQ(found.root, std::filesystem::canonical(other.root()));
    EXPECT_THAT(found.paths, ElementsAre("concya/flow.lua"));
}

TEST_F(NamedFlows, AreMissed) {
    EXPECT_EQ(named({"lexy"}).problem, "there is no flow at `lexy`: did you mean `lexi`?");
    EXPECT_EQ(named({"bistro"}).problem,
              "there is no flow at `bistro`: name a flows folder, a business's folder or a file in it");
    EXPECT_EQ(flow_paths({}, "nowhere").problem,
              "there is no folder `nowhere`: name the folder of your flows with --flows");
}

TEST_F(NamedFlows, LieInOneFlowsFolder) {
    auto two = (other / "concya").string();
    EXPECT_EQ(named({"lexi", two}).problem,
              "`" + two + "` lies in another flows folder than what is named before it: check one at a time");
}
