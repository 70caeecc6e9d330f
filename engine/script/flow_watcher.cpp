#include "script/flow_watcher.hpp"

#include "script/descriptor.hpp"
#include "script/folder_tree.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace switchhook::script {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// IN_MODIFY alone is never a reason to read: the writer may be half way.
constexpr std::uint32_t events =
    IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR;

FileEvent::Kind kind_of(std::uint32_t mask, const fs::path& path) {
    using Kind = FileEvent::Kind;
    if (mask & (IN_DELETE | IN_MOVED_FROM)) return Kind::vanished;
    if (mask & IN_MOVED_TO) return Kind::appeared;
    if (mask & IN_CLOSE_WRITE) return Kind::written;
    if (mask & IN_MODIFY) return Kind::writing;
    // A link is created whole: nobody will close it.
    struct stat info {};
    bool link = ::lstat(path.c_str(), &info) == 0 && (!S_ISREG(info.st_mode) || info.st_nlink > 1);
    return link ? Kind::appeared : Kind::created;
}

}  // namespace

class FlowWatcher::Watch {
public:
    Watch(fs::path root, Notice notice, core::Log& log, Options options)
        : root_(std::move(root)),
          notice_(std::move(notice)),
          log_(log),
          options_(options),
          inotify_(options.use_inotify ? ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1),
          stop_(::eventfd(0, EFD_CLOEXEC)),
          collector_(options.timing),
          comparison_(watch_folders()),
          next_look_(Clock::now() + options.look_every),
          thread_([this] { run(); }) {}

    ~Watch() {
        ::eventfd_write(stop_.get(), 1);
        thread_.join();
    }

private:
    void run() {
        while (wait()) {
            read_events();
            if (Clock::now() >= next_look_) look();
            if (auto due = collector_.due(); due && Clock::now() >= *due) tell(collector_.take());
        }
    }

    // Until something happens or is due. False when it is time to stop.
    bool wait() {
        auto until = std::min(next_look_, collector_.due().value_or(next_look_));
        auto ms = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        std::array<pollfd, 2> wanted{{{stop_.get(), POLLIN, 0}, {inotify_.get(), POLLIN, 0}}};
        ::poll(wanted.data(), inotify_.open() ? 2 : 1, static_cast<int>(std::max<decltype(ms)>(ms, 0)));
        return !(wanted[0].revents & POLLIN);
    }

    void read_events() {
        if (!inotify_.open()) return;
        alignas(inotify_event) std::array<char, 65536> buffer;
        bool folders_changed = false;
        while (true) {
            auto got = ::read(inotify_.get(), buffer.data(), buffer.size());
            if (got <= 0) break;
            for (auto* at = buffer.data(); at < buffer.data() + got;) {
                inotify_event event;
                std::memcpy(&event, at, sizeof event);
                folders_changed |= take_event(event, event.len > 0 ? at + sizeof event : "");
                at += sizeof event + event.len;
            }
        }
        if (folders_changed) watch_folders();
    }

    bool take_event(const inotify_event& event, const char* name) {
        if (event.mask & IN_Q_OVERFLOW) return collector_.add({FileEvent::Kind::overflow, {}, false}, Clock::now());
        auto watched = folders_.find(event.wd);
        if (watched == folders_.end() || *name == '\0') return false;
        bool folders_changed = false;
        for (const auto& folder : watched->second) {
            auto path = folder / name;
            FileEvent seen{kind_of(event.mask, root_ / path), path, (event.mask & IN_ISDIR) != 0};
            folders_changed |= collector_.add(seen, Clock::now());
        }
        return folders_changed;
    }

    // Watches exactly the folders that there are. A folder made while its parent was not yet watched sends no event,
    // so the tree is looked at until a look finds nothing new.
    FolderTree watch_folders() {
        auto tree = folder_tree(root_);
        if (!inotify_.open()) return tree;
        for (bool grew = true; grew;) {
            std::map<int, std::vector<fs::path>> watched;
            for (const auto& folder : tree.folders) {
                auto id = ::inotify_add_watch(inotify_.get(), (root_ / folder).c_str(), events);
                if (id >= 0)
                    watched[id].push_back(folder);
                else if (errno == ENOSPC)
                    complain();
            }
            for (const auto& [id, folders] : folders_)
                if (!watched.count(id)) ::inotify_rm_watch(inotify_.get(), id);
            folders_ = std::move(watched);
            auto again = folder_tree(root_);
            grew = again.folders != tree.folders;
            tree = std::move(again);
        }
        return tree;
    }

    void complain() {
        if (std::exchange(complained_, true)) return;
        log_.warn("flow_watches_exhausted", {{"effect", "saved flows are noticed seconds later"},
                                             {"fix", "raise fs.inotify.max_user_watches with sysctl"}});
    }

    void look() {
        for (const auto& path : comparison_.next(watch_folders()))
            collector_.add({FileEvent::Kind::appeared, path, false}, Clock::now());
        next_look_ = Clock::now() + options_.look_every;
    }

    void tell(const Changes& changes) {
        try {
            notice_(changes);
        } catch (const std::exception& error) {
            log_.error("reload_failed", {{"what", error.what()}});
        }
    }

    const fs::path root_;
    const Notice notice_;
    core::Log& log_;
    const Options options_;
    Descriptor inotify_, stop_;
    std::map<int, std::vector<fs::path>> folders_;  // by watch; several where symlinks lead to one folder
    bool complained_ = false;
    ChangeCollector collector_;
    TreeComparison comparison_;
    Clock::time_point next_look_;
    std::thread thread_;  // last: runs as soon as it is there
};

FlowWatcher::FlowWatcher(fs::path root, Notice notice, core::Log& log)
    : FlowWatcher(std::move(root), std::move(notice), log, Options()) {}

FlowWatcher::FlowWatcher(fs::path root, Notice notice, core::Log& log, Options options)
    : watch_(std::make_unique<Watch>(std::move(root), std::move(notice), log, options)) {}

FlowWatcher::~FlowWatcher() = default;

}  // namespace switchhook::script
