#pragma once

#include "core/versions.hpp"

#include <functional>
#include <stop_token>
#include <thread>

namespace switchhook::script {

// Notices, on a thread of its own, that somebody has chosen other versions. It tells every two seconds besides: what
// could not be kept or loaded then gets another try.
class VersionWatcher {
public:
    // `versions` outlives it. `notice` is called on the watcher's thread.
    VersionWatcher(core::Versions& versions, std::function<void()> notice)
        : thread_([&versions, told = std::move(notice)](std::stop_token stop) {
              while (!stop.stop_requested()) {
                  versions.wait_for_change(stop, std::chrono::seconds(2));
                  if (!stop.stop_requested()) told();
              }
          }) {}

private:
    std::jthread thread_;
};

}  // namespace switchhook::script
