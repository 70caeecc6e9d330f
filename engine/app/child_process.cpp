#include "app/child_process.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace switchhook::app {
namespace {

constexpr int not_started = 127;  // as shells have it
constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds look_every{5};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

ChildProcess::ChildProcess(const Options& options) {
    auto program = options.program.string(), folder = options.folder.string(), log = options.log.string();
    auto arguments = options.arguments;
    arguments.insert(arguments.begin(), program);
    auto environment = options.environment;
    auto argv = pointers_to(arguments), envp = pointers_to(environment);
    auto parent = getpid();

    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "cannot start " + program);
    if (pid_ > 0) return;
    // From here to execve, only what may follow a fork in a program with threads.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(not_started);
    setpgid(0, 0);
    int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    int in = open("/dev/null", O_RDONLY);
    if (out < 0 || in < 0 || chdir(folder.c_str()) != 0) _exit(not_started);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    // A socket that this process listens on would stay open in the child, and take connections that nobody answers.
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execve(program.c_str(), argv.data(), envp.data());
    _exit(not_started);
}

std::optional<int> ChildProcess::exit_code() {
    int status = 0;
    if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_)
        exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

void ChildProcess::kill() {
    if (exit_code()) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    exit_code_ = 128 + SIGKILL;
}

ChildProcess::~ChildProcess() {
    if (exit_code()) return;
    ::kill(pid_, SIGTERM);
    for (auto until = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < until;) {
        if (exit_code()) return;
        std::this_thread::sleep_for(look_every);
    }
    kill();
}

}  // namespace switchhook::app
