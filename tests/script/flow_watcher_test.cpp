#include "script/flow_watcher.hpp"

#include "script/flows_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <fcntl.h>
#include <iterator>
#include <mutex>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using namespace switchhook;
using namespace switchhook::script;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Watches a folder with flows/lexi/flow.lua in it and notes what the file held at every notice.
class Watching : public testing::Test {
protected:
    void SetUp() override {
        folder.write("lexi/flow.lua", text(0));
        folder.write("other/flow.lua", "x");
    }

    void watch(FlowWatcher::Options options = {{100ms, 1s}, 1h, true}) {
        watcher = std::make_unique<FlowWatcher>(
            folder.root(), [this](const Changes& changes) { note(changes); }, log, options);
    }

    // A whole file; a part of it does not end in "end".
    static std::string text(int version) { return "-- " + std::to_string(version) + std::string(2000, 'x') + "end"; }

    // The number of notices that came of a save, once they are sure to be all.
    std::size_t notices_of(const std::function<void()>& save) {
        auto before = notices.size();
        save();
        wait_for(before + 1);
        auto last = count();
        folder.write("other/flow.lua", "x");
        wait_for(last + 1);
        std::lock_guard lock(mutex);
        return notices.size() - before - 1;
    }

    // The same for what should not be noticed: the other file's notice is the only one.
    std::size_t notices_of_noise(const std::function<void()>& noise) {
        auto before = count();
        noise();
        std::this_thread::sleep_for(120ms);  // longer than a change waits: noise must not hide in the next notice
        folder.write("other/flow.lua", "x");
        wait_for(before + 1);
        std::lock_guard lock(mutex);
        return notices.size() - before - 1;
    }

    std::size_t count() {
        std::lock_guard lock(mutex);
        return notices.size();
    }

    void wait_for(std::size_t number) {
        std::unique_lock lock(mutex);
        ASSERT_TRUE(changed.wait_for(lock, 20s, [&] { return notices.size() >= number; })) << "nothing was noticed";
    }

    void wait_for_path(const fs::path& path) {
        std::unique_lock lock(mutex);
        ASSERT_TRUE(changed.wait_for(lock, 20s,
                                     [&] {
                                         return std::any_of(notices.begin(), notices.end(), [&](const auto& one) {
                                             return one.everything || one.paths.count(path);
                                         });
                                     }))
            << path << " was not noticed";
    }

    void note(const Changes& changes) {
        auto held = read(folder / "lexi/flow.lua");
        std::lock_guard lock(mutex);
        notices.push_back(changes);
        if (!held.ends_with("end")) ++torn;
        last_held = held;
        changed.notify_all();
    }

    FlowsFolder folder;
    core::Log log{{}, [](std::string_view) {}};
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Changes> notices;
    std::string last_held;
    int torn = 0;
    std::unique_ptr<FlowWatcher> watcher;  // last: its thread uses all of the above
};

}  // namespace

TEST_F(Watching, NoticesEveryWayToSaveOnceAndNeverHalfWay) {
    watch();
    auto path = folder / "lexi/flow.lua";
    std::vector<std::pair<const char*, std::function<void(const std::string&)>>> ways = {
        {"truncate and write in place", [&](const auto& whole) { folder.write("lexi/flow.lua", whole); }},
        {"write in slow pieces",
         [&](const auto& whole) {
             std::ofstream file(path, std::ios::trunc);
             for (std::size_t at = 0; at < whole.size(); at += 300) {
                 file << whole.substr(at, 300) << std::flush;
                 std::this_thread::sleep_for(20ms);
             }
         }},
        {"rename over", [&](const auto& whole) { folder.replace("lexi/flow.lua", whole); }},
        {"rename over from a name without ~",
         [&](const auto& whole) {
             folder.write("lexi/sedk3Xy1", whole);
             fs::rename(folder / "lexi/sedk3Xy1", path);
         }},
        {"remove and create slowly",
         [&](const auto& whole) {
             folder.remove("lexi/flow.lua");
             std::ofstream file(path);
             for (std::size_t at = 0; at < whole.size(); at += 300) {
                 file << whole.substr(at, 300) << std::flush;
                 std::this_thread::sleep_for(20ms);
             }
         }},
        {"keep a backup, then write in place",
         [&](const auto& whole) {
             fs::rename(path, folder / "lexi/flow.lua~");
             folder.write("lexi/flow.lua", whole);
         }},
        {"write through memory",
         [&](const auto& whole) {
             auto fd = ::open(path.c_str(), O_RDWR);
             ASSERT_EQ(::ftruncate(fd, static_cast<off_t>(whole.size())), 0);
             auto* memory = ::mmap(nullptr, whole.size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
             ASSERT_NE(memory, MAP_FAILED);
             std::copy(whole.begin(), whole.end(), static_cast<char*>(memory));
             ::munmap(memory, whole.size());
             ::close(fd);
         }},
        {"point a symlink elsewhere",
         [&](const auto& whole) {
             folder.write("lexi/versions", "");
             folder.write("lexi/.next", whole);
             folder.link(".next", "lexi/flow.lua");
         }},
        {"save five times in a row",
         [&](const auto& whole) {
             for (int i = 0; i < 5; ++i) folder.replace("lexi/flow.lua", whole);
         }},
    };
    int version = 0;
    for (const auto& [way, save] : ways) {
        SCOPED_TRACE(way);
        auto whole = text(++version);
        EXPECT_EQ(notices_of([&] { save(whole); }), 1u);
        EXPECT_EQ(torn, 0);
        EXPECT_EQ(last_held, whole);
    }
}

TEST_F(Watching, IgnoresWhatEditorsLeaveBesideTheFile) {
    watch();
    EXPECT_EQ(notices_of_noise([&] {
                  folder.write("lexi/.flow.lua.swp", "x");
                  folder.write("lexi/flow.lua~", "x");
                  fs::create_symlink("user@host.1", folder / "lexi/.#flow.lua");
                  folder.remove("lexi/.flow.lua.swp");
                  read(folder / "lexi/flow.lua");
              }),
              0u);
}

TEST_F(Watching, NoticesASwappedConfigMapAndWatchesItsNewFiles) {
    folder.remove("lexi");
    folder.write("..1/lexi/flow.lua", text(1));
    folder.link("..1", "..data");
    folder.link("..data/lexi", "lexi");
    watch();
    EXPECT_EQ(notices_of([&] {
                  folder.write("..2/lexi/flow.lua", text(2));
                  folder.link("..2", "..data");
                  folder.remove("..1");
              }),
              1u);
    EXPECT_TRUE(notices.front().everything);
    EXPECT_EQ(last_held, text(2));
    EXPECT_EQ(notices_of([&] { folder.write("..2/lexi/flow.lua", text(3)); }), 1u);
    EXPECT_EQ(last_held, text(3));
}

TEST_F(Watching, NoticesAMountInsideABusinesssFolder) {
    folder.remove("lexi/flow.lua");
    folder.write("lexi/..1/flow.lua", text(1));
    folder.link("..1", "lexi/..data");
    folder.link("..data/flow.lua", "lexi/flow.lua");
    watch();
    EXPECT_EQ(notices_of([&] {
                  folder.write("lexi/..2/flow.lua", text(2));
                  folder.link("..2", "lexi/..data");
              }),
              1u);
    EXPECT_EQ(last_held, text(2));
}

TEST_F(Watching, WatchesNewFoldersHoweverDeep) {
    watch();
    folder.write("concya/menu/evening/late.lua", "x");
    wait_for(1);
    auto seen = count();
    folder.write("concya/menu/evening/late.lua", "y");
    wait_for(seen + 1);
    wait_for_path("concya/menu/evening/late.lua");
}

TEST_F(Watching, NoticesFoldersThatMoveAndGo) {
    watch();
    fs::rename(folder / "lexi", folder / "lexi2");
    wait_for_path("lexi");
    wait_for_path("lexi2");
    folder.write("lexi2/flow.lua", text(1));
    wait_for_path("lexi2/flow.lua");
    folder.remove("other");
    wait_for_path("other");
}

TEST_F(Watching, FindsChangesByLookingWhereNoEventsCome) {
    watch({{10ms, 100ms}, 20ms, false});
    folder.write("lexi/flow.lua", text(1));
    wait_for_path("lexi/flow.lua");
    folder.write("concya/flow.lua", "x");
    wait_for_path("concya/flow.lua");
    folder.remove("other");
    wait_for_path("other/flow.lua");
}

TEST_F(Watching, FollowsAFlowsFolderThatIsASwappedSymlink) {
    folder.write("r1/lexi/flow.lua", "1");
    folder.write("r2/lexi/flow.lua", "22");
    folder.link("r1", "current");
    std::mutex guard;
    std::condition_variable came;
    int notices_of_root = 0;
    FlowWatcher follower(folder / "current",
                         [&](const Changes& changes) {
                             std::lock_guard lock(guard);
                             if (changes.paths.count("lexi/flow.lua")) ++notices_of_root;
                             came.notify_all();
                         },
                         log, {{10ms, 100ms}, 20ms, true});
    folder.link("r2", "current");
    std::unique_lock lock(guard);
    EXPECT_TRUE(came.wait_for(lock, 20s, [&] { return notices_of_root == 1; }));
    lock.unlock();
    std::this_thread::sleep_for(60ms);  // two looks, so that the new folder is watched
    folder.write("r2/lexi/flow.lua", "333");
    lock.lock();
    EXPECT_TRUE(came.wait_for(lock, 20s, [&] { return notices_of_root >= 2; }));
}

TEST_F(Watching, GoesOnAfterANoticeThrew) {
    std::mutex guard;
    std::condition_variable came;
    int calls = 0;
    FlowWatcher thrower(
        folder.root(),
        [&](const Changes&) {
            std::lock_guard lock(guard);
            ++calls;
            came.notify_all();
            if (calls == 1) throw std::runtime_error("disk on fire");
        },
        log);
    for (int call = 1; call <= 2; ++call) {
        folder.write("lexi/flow.lua", text(call));
        std::unique_lock lock(guard);
        ASSERT_TRUE(came.wait_for(lock, 20s, [&] { return calls >= call; }));
    }
}
