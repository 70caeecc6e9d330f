#include "script/folder_tree.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::script;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

namespace {

FolderTree files(std::map<std::filesystem::path, FileStamp> files) {
    return {{}, std::move(files)};
}

const FileStamp one{1, 1, 10, 1, 1}, two{1, 1, 20, 2, 2}, three{1, 1, 30, 3, 3};

}  // namespace

TEST(FolderTree, HasFoldersAndLuaFiles) {
    FlowsFolder folder;
    for (auto path :
         {"numbers.lua", "lexi/flow.lua", "lexi/menu/evening.lua", "lexi/notes.txt", ".git/x.lua", "lexi/flow.lua~"})
        folder.write(path, "x");
    auto tree = folder_tree(folder.root());
    EXPECT_THAT(tree.folders, ElementsAre("", "lexi", "lexi/menu"));
    EXPECT_THAT(tree.files, ElementsAre(Key("lexi/flow.lua"), Key("lexi/menu/evening.lua"), Key("numbers.lua")));
}

TEST(FolderTree, FollowsSymlinksThatStayInside) {
    FlowsFolder folder, outside;
    outside.write("x/flow.lua", "x");
    folder.write("..1/lexi/flow.lua", "x");
    folder.link("..1", "..data");
    folder.link("..data/lexi", "lexi");
    folder.link(outside / "x", "x");
    EXPECT_THAT(folder_tree(folder.root()).folders, ElementsAre("", "lexi"));
    EXPECT_THAT(folder_tree(folder.root()).files, ElementsAre(Key("lexi/flow.lua")));
}

TEST(FolderTree, EndsWhereSymlinksLeadInCircles) {
    FlowsFolder folder;
    folder.write("a/flow.lua", "x");
    folder.write("b/flow.lua", "x");
    folder.link("../b", "a/b");
    folder.link("../a", "b/a");
    folder.link("..", "a/up");
    EXPECT_THAT(folder_tree(folder.root()).folders, ElementsAre("", "a", "a/b", "b", "b/a"));
}

TEST(FolderTree, IsEmptyWhereThereIsNoFolder) {
    EXPECT_THAT(folder_tree("/nonexistent").folders, IsEmpty());
}

TEST(TreeComparison, ReportsAFileOnceItHoldsStill) {
    TreeComparison comparison(files({{"a", one}}));
    EXPECT_THAT(comparison.next(files({{"a", one}})), IsEmpty());
    EXPECT_THAT(comparison.next(files({{"a", two}})), IsEmpty());
    EXPECT_THAT(comparison.next(files({{"a", three}})), IsEmpty());
    EXPECT_THAT(comparison.next(files({{"a", three}})), ElementsAre("a"));
    EXPECT_THAT(comparison.next(files({{"a", three}})), IsEmpty());
}

TEST(TreeComparison, ReportsFilesThatComeAndGo) {
    TreeComparison comparison(files({{"a", one}}));
    comparison.next(files({{"b", one}}));
    EXPECT_THAT(comparison.next(files({{"b", one}})), ElementsAre("a", "b"));
    EXPECT_THAT(comparison.next(files({{"b", one}})), IsEmpty());
}
