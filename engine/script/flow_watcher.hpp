#pragma once

#include "core/log.hpp"
#include "script/change_collector.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace switchhook::script {

// Notices, on a thread of its own, that files under the flows folder were saved, however they were saved.
//
// inotify on every folder tells of changes within 50 ms of the last write. A look at every file every few seconds
// finds what sends no events: network file systems, a flows folder that is itself a symlink and is swapped, a machine
// that has no watches left.
class FlowWatcher {
public:
    struct Options {
        ChangeCollector::Timing timing;
        std::chrono::milliseconds look_every{2000};
        bool use_inotify = true;
    };
    // Called on the watcher's thread, never twice at once.
    using Notice = std::function<void(const Changes&)>;

    // Whatever changes after this returns is noticed.
    FlowWatcher(std::filesystem::path root, Notice notice, core::Log& log);
    FlowWatcher(std::filesystem::path root, Notice notice, core::Log& log, Options options);
    // Waits for a notice in progress.
    ~FlowWatcher();

private:
    class Watch;
    std::unique_ptr<Watch> watch_;
};

}  // namespace switchhook::script
