#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/simulation.hpp"
#include "app/status_file.hpp"
#include "sim/model_script.hpp"
#include "sim/model_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

namespace switchhook::app {
namespace {

struct SimOptions {
    std::string scenario;
    std::string server;
    std::string public_url;
    std::filesystem::path flows;
    std::filesystem::path data;
    std::uint16_t model_port = 0;
    bool voices = false;
};

struct ModelOptions {
    std::string script;
    std::uint16_t port = 9100;
    bool tones = false;
};

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::optional<std::string> read_script(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

int simulate(const SimOptions& options) {
    if (options.scenario.empty() || options.server.empty()) {
        std::cerr << "switchhook: SCENARIO and --server are required (see switchhook sim --help)\n";
        return usage;
    }
    auto text = read_script(options.scenario);
    if (!text) {
        std::cerr << "switchhook: there is no scenario `" << options.scenario << "`\n";
        return unavailable;
    }
    auto token = environment({"TWILIO_AUTH_TOKEN"});
    if (token.empty()) {
        std::cerr << "switchhook: set TWILIO_AUTH_TOKEN to the token that the server checks webhooks with\n";
        return usage;
    }
    Simulation simulation({.server = without_slash(options.server),
                           .public_origin = without_slash(options.public_url),
                           .auth_token = core::Secret(token.substr(0, token.find(','))),
                           .model_port = options.model_port,
                           .voices = options.voices});
    Simulation::Play play;
    play.scenario = {options.scenario, std::move(*text)};
    play.flows = options.flows;
    if (!options.data.empty()) play.status_url = [&] { return StatusFile::read(options.data); };
    auto differed = simulation.play(std::move(play));
    if (!differed) return failure;
    if (!differed->empty()) std::cerr << "switchhook: " << *differed << '\n';
    return differed->empty() ? success : failure;
}

// Plays the model until a signal comes, or as long as there is something to play.
int play_model(const ModelOptions& options) {
    script::Source source;
    if (!options.script.empty()) {
        auto text = read_script(options.script);
        if (!text) {
            std::cerr << "switchhook: there is no script `" << options.script << "`\n";
            return unavailable;
        }
        source = {options.script, std::move(*text)};
    }
    boost::asio::io_context context;
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) { context.stop(); });
    core::Log log({.level = core::LogLevel::error});
    sim::ModelScript script(
        {.source = std::move(source), .print = [](std::string_view line) { std::cout << line << std::endl; }});
    net::Workers workers({.count = 1});
    sim::ModelServer server(workers, {.port = options.port, .assistants = script.assistants(options.tones)}, log);
    std::cout << "OPENAI_REALTIME_URL=" << server.realtime_url() << "\nOPENAI_BASE_URL=" << server.base_url()
              << std::endl;

    std::string problem;
    boost::asio::co_spawn(workers.executor(0), script.play(server.assistants()),
                          [&](std::exception_ptr failed, std::string what) {
                              boost::asio::post(context, [&, failed, what] {
                                  problem = failed ? "the script cannot be played" : what;
                                  context.stop();
                              });
                          });
    context.run();
    if (!problem.empty()) std::cerr << "switchhook: " << problem << '\n';
    return problem.empty() ? success : failure;
}

void add_model(CLI::App& sim, int& exit_code) {
    auto options = std::make_shared<ModelOptions>();
    auto* cli = sim.add_subcommand("model", "Plays OpenAI's side for any server that talks with it");
    cli->add_option("--port", options->port, "Where it listens on 127.0.0.1; 0 takes a free port")
        ->capture_default_str();
    cli->add_option("--script", options->script, "A Lua file that says what the model does, once per conversation");
    cli->add_flag("--tones", options->tones, "Speaks in tones, not with espeak-ng's voice");
    cli->footer(
        "The Realtime API and Chat Completions, as strict as OpenAI's. Any key will do. Without a script it greets, "
        "and\n"
        "says again what it hears.\n");
    cli->callback([options, &exit_code] { exit_code = play_model(*options); });
}

}  // namespace

void add_sim(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<SimOptions>();
    auto* cli = app.add_subcommand("sim", "Plays a scenario against a server, as the carrier would");
    cli->add_option("SCENARIO", options->scenario, "A Lua file that says who calls and what they hear");
    cli->add_option("--server", options->server, "Where webhooks go, as http://127.0.0.1:8080");
    cli->add_option("--model-port", options->model_port, "Where the scenario's model listens; 0 takes a free port");
    cli->add_flag("--voices", options->voices, "Speaks with espeak-ng's voice where that is installed");
    cli->add_option("--public-url", options->public_url, "The server's PUBLIC_URL, if it has another");
    cli->add_option("--flows", options->flows, "The server's flows folder, for a scenario that edits flows");
    cli->add_option("--data", options->data, "The server's data folder, for a scenario that asks what is live");
    cli->footer(
        "TWILIO_AUTH_TOKEN signs the webhooks. Texts that the server sends over Twilio's REST API go to Twilio, so a\n"
        "scenario does not see them. Exit code 1 if anything differed.\n");
    add_model(*cli, exit_code);
    cli->callback([options, cli, &exit_code] {
        if (cli->get_subcommands().empty()) exit_code = simulate(*options);
    });
}

}  // namespace switchhook::app
