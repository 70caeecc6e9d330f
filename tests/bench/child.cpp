#include "bench/child.hpp"

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace switchhook::bench {
namespace {

std::chrono::duration<double> seconds(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// https://docs.kernel.org/scheduler/sched-stats.html: time on the CPU, time on the run queue (both ns), and slices.
std::chrono::duration<double> waited(const std::filesystem::path& schedstat) {
    std::ifstream file(schedstat);
    std::uint64_t ran = 0, waited = 0;
    file >> ran >> waited;
    return std::chrono::nanoseconds(waited);
}

// What the fork does before it is the engine. Only calls that are safe after a fork.
[[noreturn]] void become(const std::filesystem::path& program, std::vector<char*>& arguments, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
}

}  // namespace

int measured_core() {
    return static_cast<int>(std::thread::hardware_concurrency()) - 1;
}

int other_core() {
    return 0;
}

void stay_on(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    ::sched_setaffinity(0, sizeof cores, &cores);
}

Child::Child(const std::filesystem::path& program, std::vector<std::string> arguments,
             std::vector<std::pair<std::string, std::string>> environment, const std::filesystem::path& output) {
    std::vector<char*> pointers{const_cast<char*>(program.c_str())};
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) throw std::runtime_error("cannot write " + output.string());
    // Inherited by the fork.
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    stay_on(measured_core());
    pid_ = ::fork();
    if (pid_ == 0) become(program, pointers, file);
    stay_on(other_core());
    for (const auto& [name, value] : environment) ::unsetenv(name.c_str());
    ::close(file);
    if (pid_ < 0) throw std::runtime_error("cannot start " + program.string());
}

Child::Child(const std::function<void()>& run) {
    stay_on(measured_core());
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        run();
        ::_exit(0);
    }
    stay_on(other_core());
    if (pid_ < 0) throw std::runtime_error("cannot fork");
}

Child::~Child() {
    if (ended_) return;
    ::kill(pid_, SIGKILL);
    wait();
}

bool Child::running() {
    if (!ended_) {
        rusage used{};
        if (::wait4(pid_, &status_, WNOHANG, &used) == pid_) {
            ended_ = true;
            final_cpu_time_ = seconds(used.ru_utime) + seconds(used.ru_stime);
        }
    }
    return !ended_;
}

int Child::wait() {
    if (!ended_) {
        rusage used{};
        while (::wait4(pid_, &status_, 0, &used) < 0 && errno == EINTR) {
        }
        ended_ = true;
        final_cpu_time_ = seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

std::chrono::duration<double> Child::cpu_time() const {
    if (ended_) return final_cpu_time_;
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::chrono::duration<double> Child::waited_for_core() const {
    std::chrono::duration<double> all{};
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task"))
        all += waited(thread.path() / "schedstat");
    return all;
}

std::size_t Child::resident_bytes() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
    std::size_t total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::duration<double> own_wait_for_core() {
    return waited("/proc/thread-self/schedstat");
}

std::filesystem::path engine_binary() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "switchhook";
}

}  // namespace switchhook::bench
