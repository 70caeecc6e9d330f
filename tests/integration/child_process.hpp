#pragma once

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace switchhook::tests {

// Looks every few milliseconds until it holds, for ten seconds at most.
template <class Condition>
bool eventually(Condition holds) {
    for (auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
         std::chrono::steady_clock::now() < limit; std::this_thread::sleep_for(std::chrono::milliseconds(2)))
        if (holds()) return true;
    return holds();
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The switchhook binary as a child of the test, in a working directory of the test's. Killed with the test.
class ChildProcess {
public:
    // `environment` replaces the test's own, but for PATH.
    ChildProcess(std::vector<std::string> arguments, std::filesystem::path directory,
                 const std::map<std::string, std::string>& environment = {}, std::filesystem::path input = "/dev/null")
        : out_(directory / "stdout.txt"), err_(directory / "stderr.txt") {
        arguments.insert(arguments.begin(), BINARY_DIR "/switchhook");
        std::vector<std::string> settings{std::string("PATH=") + std::getenv("PATH")};
        for (const auto& [name, value] : environment) settings.push_back(name + "=" + value);
        auto argv = pointers(arguments);
        auto envp = pointers(settings);
        for (const auto& file : {out_, err_}) std::filesystem::remove(file);  // of one that ran here before
        pid_ = fork();
        if (pid_ < 0) throw std::runtime_error("no process");
        if (pid_ > 0) return;
        redirect(input, O_RDONLY, STDIN_FILENO);
        redirect(out_, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
        redirect(err_, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
        // A socket that the test listens on would stay open in the child, and take connections that nobody answers.
        close_range(STDERR_FILENO + 1, ~0U, 0);
        if (chdir(directory.c_str()) == 0) execve(argv[0], argv.data(), envp.data());
        _exit(127);
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        if (ended()) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }

    void signal(int number) const { kill(pid_, number); }
    pid_t pid() const { return pid_; }

    bool ended() {
        int status = 0;
        if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_)
            exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return exit_code_.has_value();
    }

    // Waits for its end. Throws if that takes more than 10 s.
    int exit_code() {
        if (!eventually([&] { return ended(); })) throw std::runtime_error("the process does not end: " + err());
        return *exit_code_;
    }

    std::string out() const { return read_file(out_); }
    std::string err() const { return read_file(err_); }

private:
    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> all;
        for (auto& text : texts) all.push_back(text.data());
        all.push_back(nullptr);
        return all;
    }
    static void redirect(const std::filesystem::path& path, int flags, int to) {
        int fd = open(path.c_str(), flags, 0600);
        if (fd < 0 || dup2(fd, to) < 0) _exit(126);
    }

    std::filesystem::path out_;
    std::filesystem::path err_;
    pid_t pid_ = 0;
    std::optional<int> exit_code_;
};

}  // namespace switchhook::tests
