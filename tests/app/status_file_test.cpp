#include "app/status_file.hpp"

#include "script/flows_folder.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::app;
using core::Json;

namespace {

class StatusFileTest : public testing::Test {
protected:
    std::filesystem::path data() const { return folder / "new/data"; }
    static net::Request with(const std::string& authorization) {
        net::Request request;
        if (!authorization.empty()) request.headers.set("Authorization", authorization);
        return request;
    }

    script::FlowsFolder folder;
};

}  // namespace

TEST_F(StatusFileTest, IsThereForItsUserOnlyWhileTheEngineRuns) {
    {
        StatusFile file(data(), 4711);
        auto url = StatusFile::read(data());
        EXPECT_TRUE(url.starts_with("http://switchhook:")) << url;
        EXPECT_TRUE(url.ends_with("@127.0.0.1:4711/switchhook/flows")) << url;
        using std::filesystem::perms;
        EXPECT_EQ(std::filesystem::status(data() / "engine.json").permissions(),
                  perms::owner_read | perms::owner_write);
    }
    EXPECT_EQ(StatusFile::read(data()), "");
}

TEST_F(StatusFileTest, HasAPasswordThatIsNewAtEveryStart) {
    std::string first;
    {
        StatusFile file(data(), 1);
        first = StatusFile::read(data());
    }
    StatusFile file(data(), 1);
    EXPECT_NE(StatusFile::read(data()), first);
}

TEST_F(StatusFileTest, LetsInOnlyWhoKnowsThePassword) {
    StatusFile file(data(), 1);
    EXPECT_FALSE(file.allows(with("")));
    EXPECT_FALSE(file.allows(with("Basic c3dpdGNoaG9vazpndWVzcw==")));
}

TEST_F(StatusFileTest, StandsAFileThatIsNoJson) {
    folder.write("data/engine.json", "half a fi");
    EXPECT_EQ(StatusFile::read(folder / "data"), "");
    EXPECT_EQ(StatusFile::read(folder / "missing"), "");
}

TEST_F(StatusFileTest, SaysWhichFolderCannotBeWritten) {
    folder.write("file", "");
    try {
        StatusFile file(folder / "file/data", 1);
        FAIL() << "was written";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), "cannot write " + (folder / "file/data/engine.json").string() +
                                    ": name a folder that can be written with --data");
    }
}

TEST(Status, ListsNumbersWithTheirCallsByVersion) {
    script::NumberStatus live;
    live.entry.number = "+15550100";
    live.entry.flow = "lexi";
    live.version = "v2";
    live.since = core::Time(std::chrono::milliseconds(5));
    script::NumberStatus broken;
    broken.entry.number = "+15550101";
    broken.entry.flow = "concya";
    broken.error = "flow.lua:1: no";
    auto page = status_of({live, broken}, {{{"+15550100", "v1"}, 2}, {{"+15550100", "v2"}, 3}});
    EXPECT_EQ(page, Json::parse(R"([
        {"number":"+15550100","flow":"lexi","version":"v2","since":5,"calls":{"v1":2,"v2":3},"error":"",
         "candidate":"","percent":0,"note":""},
        {"number":"+15550101","flow":"concya","version":"","since":0,"calls":{},"error":"flow.lua:1: no",
         "candidate":"","percent":0,"note":""}])"));
}
