#pragma once

#include <CLI/CLI.hpp>

namespace switchhook::app {

// What the process ends with.
enum ExitCode {
    success = 0,
    failure = 1,      // what was checked, tested or asked for did not hold
    usage = 2,        // the command line or a setting is wrong
    unavailable = 3,  // an engine, a port or a file that is needed is not there
};

// Each adds its subcommand, which leaves its exit code in `exit_code`.
void add_new(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_test(CLI::App& app, int& exit_code);
void add_eval(CLI::App& app, int& exit_code);
void add_explore(CLI::App& app, int& exit_code);
void add_call(CLI::App& app, int& exit_code);
void add_flows(CLI::App& app, int& exit_code);
void add_calls(CLI::App& app, int& exit_code);
void add_show(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_record(CLI::App& app, int& exit_code);
void add_outbox(CLI::App& app, int& exit_code);
void add_versions(CLI::App& app, int& exit_code);
void add_publish(CLI::App& app, int& exit_code);
void add_rollback(CLI::App& app, int& exit_code);
void add_promote(CLI::App& app, int& exit_code);
void add_withdraw(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_settings(CLI::App& app, int& exit_code);
void add_sim(CLI::App& app, int& exit_code);

}  // namespace switchhook::app
