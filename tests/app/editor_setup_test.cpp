#include "app/editor_setup.hpp"

#include "core/json.hpp"
#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

using namespace switchhook;
using testing::HasSubstr;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(EditorSetup, GivesEditorsTheAnnotatedWordsOfFlowsAndTests) {
    script::FlowsFolder folder;
    EXPECT_TRUE(app::set_up_editors(folder.root()));
    auto settings = core::Json::parse(read(folder / ".luarc.json"));
    EXPECT_EQ(settings["workspace.library"], core::Json({".switchhook"}));
    EXPECT_THAT(read(folder / ".switchhook/call.lua"), HasSubstr("---@class GatherOptions"));
    EXPECT_THAT(read(folder / ".switchhook/test_caller.lua"), HasSubstr("hears"));
    EXPECT_FALSE(std::filesystem::exists(folder / ".switchhook/scenario.lua")) << "flows do not see these";
    EXPECT_FALSE(std::filesystem::exists(folder / ".switchhook/sandbox"));
}

TEST(EditorSetup, LeavesSettingsOfYourOwnAloneAndKeepsTheWordsUpToDate) {
    script::FlowsFolder folder;
    folder.write(".luarc.json", "{}");
    EXPECT_FALSE(app::set_up_editors(folder.root()));
    EXPECT_FALSE(std::filesystem::exists(folder / ".switchhook"));
    folder.write(".switchhook/call.lua", "-- of an engine of last year");
    EXPECT_FALSE(app::set_up_editors(folder.root()));
    EXPECT_EQ(read(folder / ".luarc.json"), "{}");
    EXPECT_THAT(read(folder / ".switchhook/call.lua"), HasSubstr("---@class GatherOptions"));
}

TEST(EditorSetup, IsThatOfThisRepositorysOwnFlows) {
    script::FlowsFolder folder;
    app::set_up_editors(folder.root());
    auto ours = core::Json::parse(read(SOURCE_DIR "/flows/.luarc.json"));
    ours["workspace.library"] = core::Json({".switchhook"});
    EXPECT_EQ(core::Json::parse(read(folder / ".luarc.json")), ours);
}
