#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

namespace switchhook::script {

// Notices, on a thread of its own, that somebody has changed what a port of the store holds: core::Versions,
// core::Settings. It tells every two seconds besides: what could not be kept or loaded then gets another try.
class ChangeWatcher {
public:
    // `port` outlives it. `notice` is called on the watcher's thread.
    template <class Port>
    ChangeWatcher(Port& port, std::function<void()> notice)
        : thread_([&port, told = std::move(notice)](std::stop_token stop) {
              while (!stop.stop_requested()) {
                  port.wait_for_change(stop, std::chrono::seconds(2));
                  if (!stop.stop_requested()) told();
              }
          }) {}

private:
    std::jthread thread_;
};

}  // namespace switchhook::script
