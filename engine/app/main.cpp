#include "app/commands.hpp"
#include "app/environment.hpp"
#include "core/did_you_mean.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

using namespace switchhook;

namespace {

// What is wrong with the name of the subcommand, which CLI11 would only call missing; empty if nothing is.
std::string subcommand_problem(const CLI::App& cli, int argc, char** argv) {
    if (argc < 2) return "name a subcommand, as `switchhook serve`";
    std::string name = argv[1];
    if (name.starts_with('-')) return {};
    std::vector<std::string> names;
    for (const auto* subcommand : cli.get_subcommands({})) names.push_back(subcommand->get_name());
    if (std::find(names.begin(), names.end(), name) != names.end()) return {};
    auto meant = core::closest(name, names);
    return "there is no subcommand `" + name + "`" + (meant.empty() ? "" : ": did you mean `" + meant + "`?");
}

}  // namespace

int main(int argc, char** argv) {
    for (const auto& problem : app::read_env_file(".env")) std::cerr << "switchhook: " << problem << '\n';

    CLI::App cli("Switchhook answers phone calls with flows written in Lua.", "switchhook");
    cli.set_version_flag("--version", "switchhook " SWITCHHOOK_VERSION);
    cli.require_subcommand(1);
    cli.failure_message([](const CLI::App* at, const CLI::Error& error) {
        auto command = at->get_display_name();
        for (auto parsed = at->get_subcommands(); !parsed.empty(); parsed = parsed.front()->get_subcommands())
            command += " " + parsed.front()->get_name();
        return "switchhook: " + std::string(error.what()) + " (see " + command + " --help)\n";
    });
    int exit_code = app::success;
    app::add_new(cli, exit_code);
    app::add_serve(cli, exit_code);
    app::add_check(cli, exit_code);
    app::add_test(cli, exit_code);
    app::add_eval(cli, exit_code);
    app::add_explore(cli, exit_code);
    app::add_call(cli, exit_code);
    app::add_flows(cli, exit_code);
    app::add_calls(cli, exit_code);
    app::add_show(cli, exit_code);
    app::add_replay(cli, exit_code);
    app::add_record(cli, exit_code);
    app::add_outbox(cli, exit_code);
    app::add_versions(cli, exit_code);
    app::add_publish(cli, exit_code);
    app::add_rollback(cli, exit_code);
    app::add_promote(cli, exit_code);
    app::add_withdraw(cli, exit_code);
    app::add_demo(cli, exit_code);
    app::add_settings(cli, exit_code);
    app::add_sim(cli, exit_code);

    if (auto problem = subcommand_problem(cli, argc, argv); !problem.empty()) {
        std::cerr << "switchhook: " << problem << " (see switchhook --help)\n";
        return app::usage;
    }
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        auto code = cli.exit(error);
        return code == 0 ? app::success : app::usage;
    } catch (const std::exception& error) {
        std::cerr << "switchhook: " << error.what() << '\n';
        return app::unavailable;
    }
    return exit_code;
}
