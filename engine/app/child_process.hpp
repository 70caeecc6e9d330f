#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace switchhook::app {

// A program that runs beside this one, and not longer: it is told to end when this object goes, and when the thread
// that started it dies. In a process group of its own, so Ctrl-C at a terminal does not reach it.
class ChildProcess {
public:
    struct Options {
        std::filesystem::path program;
        std::vector<std::string> arguments;    // without the program's name
        std::vector<std::string> environment;  // "NAME=value"; nothing is inherited
        std::filesystem::path folder;          // to run in
        std::filesystem::path log;             // takes its standard output and error
    };

    // Throws std::system_error where the system starts none.
    explicit ChildProcess(const Options& options);
    // SIGTERM, and SIGKILL after five seconds.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // Ends it at once, whatever it is doing: SIGKILL. Returns when it is gone.
    void kill();

    // Its exit code (128 and the signal if one ended it) once it has ended.
    std::optional<int> exit_code();

private:
    pid_t pid_ = -1;
    std::optional<int> exit_code_;
};

}  // namespace switchhook::app
