#include "app/carrier_documents.hpp"
#include "app/commands.hpp"
#include "app/flow_paths.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "script/code_rules.hpp"
#include "script/folder_check.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

namespace switchhook::app {
namespace {

struct CheckOptions {
    std::vector<std::string> paths;
    std::string flows = "flows";
    bool strict = false;
};

std::string_view severity_text(script::Severity severity) {
    if (severity == script::Severity::fatal) return "the flow does not go live";
    return severity == script::Severity::error ? "check fails" : "warning";
}

std::string footer() {
    std::string text =
        "Prints FILE:LINE: WHAT: WHAT TO DO, a line per problem. Exit code 1 if there is any but warnings.\n\n"
        "Beside what loading and testing tell, it finds in the code itself:\n";
    for (const auto& rule : script::code_rules()) {
        std::string name(rule.name);
        text += "  " + name + std::string(18 - name.size(), ' ') + std::string(rule.about) + " (" +
                std::string(severity_text(rule.severity)) + ")\n";
    }
    return text +
           "\nA comment `-- check: allow voice, secret` in a line allows what these find there; in a line of its own, "
           "in\nthe next one.\n";
}

int check(const CheckOptions& options) {
    auto named = flow_paths(options.paths, options.flows);
    if (!named.problem.empty()) {
        std::cerr << "switchhook: " << named.problem << '\n';
        return unavailable;
    }
    auto found = script::check_folder({.root = named.root, .render = carrier_documents()}, named.paths);
    for (const auto& problem : found.problems) std::cout << problem.text() << '\n';
    for (const auto& remark : found.remarks) std::cout << remark.text() << '\n';
    for (const auto& problem : found.evaluations) std::cout << problem.text() << '\n';
    const bool loads = found.problems.empty() && found.evaluations.empty();
    if (loads && found.remarks.empty()) std::cout << "no problems\n";
    auto counts = [&](const auto& remark) { return options.strict || remark.severity != script::Severity::warning; };
    return loads && std::ranges::none_of(found.remarks, counts) ? success : failure;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<CheckOptions>();
    auto* cli = app.add_subcommand("check", "Loads flows as serve would, tests included, and prints every problem");
    add_flow_paths(*cli, options->paths, options->flows);
    cli->add_flag("--strict", options->strict, "Fails on warnings too");
    cli->footer(footer());
    cli->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace switchhook::app
