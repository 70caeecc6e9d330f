#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace switchhook::bench {

// The core that the measured process has to itself, and the one that everything else stays on. The same where the
// machine has one core only.
int measured_core();
int other_core();
// Keeps the calling thread, and the threads that it starts, on this core.
void stay_on(int core);

// A process, alone on measured_core(). Killed and reaped at destruction.
class Child {
public:
    // Of a program. Standard output and standard error go to `output`. `environment` is laid over this process's own.
    Child(const std::filesystem::path& program, std::vector<std::string> arguments,
          std::vector<std::pair<std::string, std::string>> environment, const std::filesystem::path& output);
    // A copy of this process that does nothing but this, then exits. REQUIRES: no other thread runs.
    explicit Child(const std::function<void()>& run);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    bool running();
    // Waits for its end; gives the exit code, -1 where a signal ended it.
    int wait();

    std::chrono::duration<double> cpu_time() const;  // user and system, up to now; of all when it has ended
    // How long its threads could have run, but something else had their core: what that does to latencies is not
    // theirs.
    std::chrono::duration<double> waited_for_core() const;
    std::size_t resident_bytes() const;

private:
    pid_t pid_;
    bool ended_ = false;
    int status_ = 0;
    std::chrono::duration<double> final_cpu_time_{};
};

// The same, of the calling thread.
std::chrono::duration<double> own_wait_for_core();

// build/…/switchhook, beside this program.
std::filesystem::path engine_binary();

}  // namespace switchhook::bench
