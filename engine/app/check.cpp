#include "app/carrier_documents.hpp"
#include "app/commands.hpp"
#include "app/flow_paths.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "script/flow_library.hpp"

#include <iostream>
#include <memory>

namespace switchhook::app {
namespace {

int check(const std::vector<std::string>& arguments, const std::string& folder) {
    auto named = flow_paths(arguments, folder);
    if (!named.problem.empty()) {
        std::cerr << "switchhook: " << named.problem << '\n';
        return unavailable;
    }
    auto problems = script::FlowLibrary::check({.root = named.root, .render = carrier_documents()}, named.paths);
    for (const auto& problem : problems) std::cout << problem.text() << '\n';
    if (problems.empty()) std::cout << "no problems\n";
    return problems.empty() ? success : failure;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    struct Options {
        std::vector<std::string> paths;
        std::string flows = "flows";
    };
    auto options = std::make_shared<Options>();
    auto* cli = app.add_subcommand("check", "Loads flows as serve would, tests included, and prints every problem");
    add_flow_paths(*cli, options->paths, options->flows);
    cli->footer("Prints FILE:LINE: WHAT: WHAT TO DO, a line per problem. Exit code 1 if there is any.\n");
    cli->callback([options, &exit_code] { exit_code = check(options->paths, options->flows); });
}

}  // namespace switchhook::app
