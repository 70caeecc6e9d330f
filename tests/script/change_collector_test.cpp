#include "script/change_collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook::script;
using namespace std::chrono_literals;
using Kind = FileEvent::Kind;
using testing::IsEmpty;

namespace {

class Collecting : public testing::Test {
protected:
    // The events of one save, each so many ms after the start.
    bool at(std::chrono::milliseconds ms, Kind kind, const char* path = "", bool is_folder = false) {
        return collector.add({kind, path, is_folder}, start + ms);
    }

    // How long after the start the change is due; -1 ms if none is.
    std::chrono::milliseconds due() const {
        auto time = collector.due();
        return time ? std::chrono::duration_cast<std::chrono::milliseconds>(*time - start) : -1ms;
    }

    static Changes of(std::set<std::filesystem::path> paths) { return {false, std::move(paths)}; }
    static Changes everything() { return {true, {}}; }

    const ChangeCollector::Time start{1h};
    ChangeCollector collector{{50ms, 500ms}};
};

}  // namespace

TEST_F(Collecting, WaitsForAQuietMoment) {
    EXPECT_EQ(due(), -1ms);
    at(0ms, Kind::written, "lexi/flow.lua");
    EXPECT_EQ(due(), 50ms);
    at(30ms, Kind::written, "lexi/flow.lua");
    EXPECT_EQ(due(), 80ms);
    EXPECT_EQ(collector.take(), of({"lexi/flow.lua"}));
    EXPECT_EQ(due(), -1ms);
}

TEST_F(Collecting, TakesABurstOfSavesAsOneChangeAndWaitsNoLongerThanItsLimit) {
    for (auto ms = 0ms; ms <= 480ms; ms += 40ms) at(ms, Kind::written, ms % 80ms == 0ms ? "a/flow.lua" : "b/flow.lua");
    EXPECT_EQ(due(), 500ms);
    EXPECT_EQ(collector.take(), of({"a/flow.lua", "b/flow.lua"}));
    at(510ms, Kind::written, "a/flow.lua");
    EXPECT_EQ(due(), 560ms);
}

TEST_F(Collecting, TakesARenameOver) {
    at(0ms, Kind::created, "lexi/sedX1y2");
    at(1ms, Kind::written, "lexi/sedX1y2");
    at(2ms, Kind::vanished, "lexi/sedX1y2");
    at(2ms, Kind::appeared, "lexi/flow.lua");
    EXPECT_EQ(due(), 52ms);
    EXPECT_TRUE(collector.take().paths.count("lexi/flow.lua"));
}

TEST_F(Collecting, WaitsUntilANewFileIsClosed) {
    at(0ms, Kind::vanished, "lexi/flow.lua");
    at(1ms, Kind::created, "lexi/flow.lua");
    at(2ms, Kind::writing, "lexi/flow.lua");
    EXPECT_EQ(due(), 500ms);
    at(300ms, Kind::written, "lexi/flow.lua");
    EXPECT_EQ(due(), 350ms);
}

TEST_F(Collecting, WaitsForAFileInTheMiddleOfBeingWrittenWhenAnotherIsSaved) {
    at(0ms, Kind::writing, "shared/prices.lua");
    EXPECT_EQ(due(), -1ms);
    at(10ms, Kind::written, "lexi/flow.lua");
    EXPECT_EQ(due(), 510ms);
    at(200ms, Kind::written, "shared/prices.lua");
    EXPECT_EQ(due(), 250ms);
    EXPECT_EQ(collector.take(), of({"lexi/flow.lua", "shared/prices.lua"}));
}

TEST_F(Collecting, IsNotHeldUpTwiceByAFileThatIsNeverClosed) {
    at(0ms, Kind::created, "a/flow.lua");
    EXPECT_EQ(due(), 500ms);
    collector.take();
    at(600ms, Kind::written, "b/flow.lua");
    EXPECT_EQ(due(), 650ms);
}

TEST_F(Collecting, ForgetsAnOpenFileThatIsDeleted) {
    at(0ms, Kind::created, "a/flow.lua");
    at(1ms, Kind::vanished, "a/flow.lua");
    EXPECT_EQ(due(), 51ms);
}

TEST_F(Collecting, IgnoresEditorsNoise) {
    for (auto name : {"lexi/.flow.lua.swp", "lexi/.#flow.lua", "lexi/flow.lua~", "lexi/.flow.lua.kate-swp"})
        for (auto kind : {Kind::created, Kind::writing, Kind::written, Kind::appeared, Kind::vanished})
            EXPECT_FALSE(at(0ms, kind, name));
    at(0ms, Kind::written, "lexi/notes.txt");
    at(0ms, Kind::writing, "lexi/notes.txt");
    EXPECT_EQ(due(), -1ms);
}

TEST_F(Collecting, ReadsEverythingWhenAConfigMapIsSwapped) {
    EXPECT_FALSE(at(0ms, Kind::created, "..2026_03_02", true));
    EXPECT_FALSE(at(1ms, Kind::created, "..data_tmp"));
    EXPECT_TRUE(at(2ms, Kind::appeared, "..data"));
    at(3ms, Kind::vanished, "..2026_03_01", true);
    EXPECT_EQ(due(), 52ms);
    EXPECT_EQ(collector.take(), everything());
}

TEST_F(Collecting, ReadsEverythingWhenEventsWereLost) {
    at(0ms, Kind::written, "lexi/flow.lua");
    EXPECT_TRUE(at(10ms, Kind::overflow));
    EXPECT_EQ(collector.take(), everything());
    EXPECT_THAT(collector.take().paths, IsEmpty());
}

TEST_F(Collecting, AsksForNewWatchesWhenFoldersComeAndGo) {
    EXPECT_TRUE(at(0ms, Kind::created, "concya", true));
    EXPECT_TRUE(at(0ms, Kind::appeared, "lexi", true));
    EXPECT_TRUE(at(0ms, Kind::vanished, "avnz", true));
    EXPECT_TRUE(at(0ms, Kind::appeared, "current"));  // a symlink to a folder looks like a file
    EXPECT_FALSE(at(0ms, Kind::written, "lexi/flow.lua"));
    EXPECT_EQ(due(), 50ms);
    EXPECT_EQ(collector.take(), of({"avnz", "concya", "current", "lexi", "lexi/flow.lua"}));
}

TEST_F(Collecting, TakesAFolderNamedLikeALuaFileForAFolder) {
    EXPECT_TRUE(at(0ms, Kind::created, "old.lua", true));
    EXPECT_EQ(due(), 50ms);
}
