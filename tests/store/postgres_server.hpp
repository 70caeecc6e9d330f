#pragma once

#include "core/temporary_folder.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace switchhook::tests {

// A PostgreSQL server of the test's own, from Debian's package, on a Unix socket in a temporary folder. PostgreSQL
// does not run as root: where the tests do, it runs as the package's user.
class PostgresServer {
public:
    // Nothing where the package is not installed.
    static std::optional<std::filesystem::path> programs() {
        for (int version = 30; version >= 14; --version) {
            auto folder = std::filesystem::path("/usr/lib/postgresql") / std::to_string(version) / "bin";
            if (std::filesystem::exists(folder / "postgres")) return folder;
        }
        return std::nullopt;
    }

    PostgresServer() {
        if (!programs()) throw std::runtime_error("PostgreSQL is not installed: ./dev test installs it");
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
        run("initdb -D " + data() + " -U switchhook -A trust --no-sync --no-locale -E UTF8");
        start();
    }
    ~PostgresServer() {
        try {
            thaw();
            stop();
            std::filesystem::remove_all(data());
        } catch (const std::exception&) {  // the folder goes in any case
        }
    }
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    void start() {
        run("pg_ctl -D " + data() + " -w -s -l " + data() + "/log -o '-k " + folder_.path().string() +
            " -c listen_addresses= -c max_connections=20' start");
    }
    void stop() { run("pg_ctl -D " + data() + " -w -s -m immediate stop"); }

    // None of its processes does anything until thaw(), as where the network between is gone: connections are neither
    // answered nor refused.
    void freeze() {
        const auto server = std::stoi(first_line(data() + "/postmaster.pid"));
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            const auto pid = std::atoi(entry.path().filename().c_str());
            // pid (name) state parent …
            const auto facts = first_line(entry.path() / "stat");
            const auto state = facts.rfind(") ");
            const bool child = state != std::string::npos && std::atoi(facts.c_str() + state + 4) == server;
            if (pid == server || child) frozen_.push_back(pid);
        }
        for (auto pid : frozen_) kill(pid, SIGSTOP);
    }
    void thaw() {
        for (auto pid : frozen_) kill(pid, SIGCONT);
        frozen_.clear();
    }

    std::string url() const { return "host=" + folder_.path().string() + " dbname=postgres user=switchhook"; }
    // The same as --store takes it.
    std::string uri() const { return "postgres:///postgres?user=switchhook&host=" + folder_.path().string(); }

private:
    std::string data() const { return (folder_.path() / "data").string(); }

    static std::string first_line(const std::filesystem::path& file) {
        std::string line;
        std::ifstream stream(file);
        std::getline(stream, line);
        return line;
    }

    void run(const std::string& command) {
        auto line = programs()->string() + "/" + command;
        auto as_user = geteuid() == 0 ? "runuser -u postgres -- sh -c \"" + line + "\"" : line;
        if (std::system(("cd / && " + as_user + " >/dev/null 2>&1").c_str()) != 0)
            throw std::runtime_error("this failed: " + command);
    }

    core::TemporaryFolder folder_{"switchhook-postgres"};
    std::vector<pid_t> frozen_;
};

}  // namespace switchhook::tests
