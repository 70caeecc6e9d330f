#pragma once

#include <cstddef>
#include <functional>
#include <pthread.h>

namespace switchhook::script {

// A thread on which flows may run: std::thread with a stack of 64 MiB (of address space; pages are used when
// touched). Lua code that recurses through C functions would overflow the usual 8 MiB and end the process.
class WorkerThread {
public:
    static constexpr std::size_t stack_bytes = 64 << 20;

    // Throws std::system_error if the machine has no thread left. An exception that leaves `run` ends the process.
    explicit WorkerThread(std::function<void()> run);
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;
    ~WorkerThread();  // waits for run to return

private:
    pthread_t thread_;
};

}  // namespace switchhook::script
