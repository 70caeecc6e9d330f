#pragma once

#include "integration/child_process.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>

namespace switchhook::tests {

// What a README shows, done as its reader does it: lines for a shell, in a folder, with the program on the path.
struct ShellRan {
    int exit_code;
    std::string out;  // and what went to standard error, in the order in which it came
};

inline ShellRan run_in_shell(const std::filesystem::path& folder, const std::string& lines) {
    std::ofstream(folder / "lines.sh") << "set -e\n" << lines;
    const auto in = [&](const char* name) { return "'" + (folder / name).string() + "'"; };
    auto command = "cd '" + folder.string() +
                   "' && env -i PATH='" BINARY_DIR ":/usr/bin:/bin' sh lines.sh </dev/null >" + in("said.txt") +
                   " 2>&1";
    int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, read_file(folder / "said.txt")};
}

}  // namespace switchhook::tests
