#include "app/commands.hpp"
#include "app/environment.hpp"

#include <exception>
#include <iostream>

using namespace switchhook;

int main(int argc, char** argv) {
    for (const auto& problem : app::read_env_file(".env")) std::cerr << "switchhook: " << problem << '\n';

    CLI::App cli("Switchhook answers phone calls with flows written in Lua.", "switchhook");
    cli.set_version_flag("--version", "switchhook " SWITCHHOOK_VERSION);
    cli.require_subcommand(1);
    cli.failure_message([](const CLI::App* at, const CLI::Error& error) {
        return "switchhook: " + std::string(error.what()) + " (see " + at->get_display_name() + " --help)\n";
    });
    int exit_code = app::success;
    app::add_serve(cli, exit_code);
    app::add_check(cli, exit_code);
    app::add_test(cli, exit_code);
    app::add_call(cli, exit_code);
    app::add_flows(cli, exit_code);
    app::add_demo(cli, exit_code);
    app::add_sim(cli, exit_code);

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
