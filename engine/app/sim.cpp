#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/simulation.hpp"
#include "app/status_file.hpp"

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

namespace switchhook::app {
namespace {

struct SimOptions {
    std::string scenario;
    std::string server;
    std::string public_url;
    std::filesystem::path flows;
    std::filesystem::path data;
};

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

int simulate(const SimOptions& options) {
    std::ifstream file(options.scenario, std::ios::binary);
    if (!file) {
        std::cerr << "switchhook: there is no scenario `" << options.scenario << "`\n";
        return unavailable;
    }
    std::ostringstream text;
    text << file.rdbuf();
    auto token = environment({"TWILIO_AUTH_TOKEN"});
    if (token.empty()) {
        std::cerr << "switchhook: set TWILIO_AUTH_TOKEN to the token that the server checks webhooks with\n";
        return usage;
    }
    Simulation simulation({.server = without_slash(options.server),
                           .public_origin = without_slash(options.public_url),
                           .auth_token = core::Secret(token.substr(0, token.find(',')))});
    Simulation::Play play;
    play.scenario = {options.scenario, text.str()};
    play.flows = options.flows;
    if (!options.data.empty()) play.status_url = [&] { return StatusFile::read(options.data); };
    auto differed = simulation.play(std::move(play));
    if (!differed) return failure;
    if (!differed->empty()) std::cerr << "switchhook: " << *differed << '\n';
    return differed->empty() ? success : failure;
}

}  // namespace

void add_sim(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<SimOptions>();
    auto* cli = app.add_subcommand("sim", "Plays a scenario against a server, as the carrier would");
    cli->add_option("SCENARIO", options->scenario, "A Lua file that says who calls and what they hear")->required();
    cli->add_option("--server", options->server, "Where webhooks go, as http://127.0.0.1:8080")->required();
    cli->add_option("--public-url", options->public_url, "The server's PUBLIC_URL, if it has another");
    cli->add_option("--flows", options->flows, "The server's flows folder, for a scenario that edits flows");
    cli->add_option("--data", options->data, "The server's data folder, for a scenario that asks what is live");
    cli->footer(
        "TWILIO_AUTH_TOKEN signs the webhooks. Texts that the server sends over Twilio's REST API go to Twilio, so a\n"
        "scenario does not see them. Exit code 1 if anything differed.\n");
    cli->callback([options, &exit_code] { exit_code = simulate(*options); });
}

}  // namespace switchhook::app
