#pragma once

#include "script/watchdog.hpp"
#include "script/worker_thread.hpp"

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace switchhook::script {

// Does `work` on a thread on which flows may run, and waits for it. What it throws is thrown here.
template <class Work>
std::invoke_result_t<Work> on_flow_thread(Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    std::exception_ptr failure;
    Watchdog watchdog;
    auto run = [&] {
        Watchdog::Registration registration(watchdog);
        try {
            result.emplace(work());
        } catch (...) {
            failure = std::current_exception();
        }
    };
    { WorkerThread thread(run); }
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
}

}  // namespace switchhook::script
