#include "app/simulation.hpp"

#include "sim/speech.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <csignal>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;

sim::Carrier::Options carrier_options(const Simulation::Options& options) {
    sim::Carrier::Options carrier;
    carrier.webhooks.auth_token = options.auth_token;
    if (!options.public_origin.empty()) {
        carrier.webhooks.public_origin = options.public_origin;
        carrier.webhooks.local_origin = options.server;
    }
    const auto& origin = options.public_origin.empty() ? options.server : options.public_origin;
    carrier.settings.voice_url = origin + "/twilio/voice";
    carrier.settings.status_callback = origin + "/twilio/status";
    carrier.settings.sms_url = origin + "/twilio/sms";
    carrier.rest = options.rest;
    if (options.voices)
        carrier.voice = [](std::string text) { return sim::voice_for(std::move(text), core::telephone_mulaw); };
    // Every run makes calls of its own, also on an engine that still knows those of the run before.
    carrier.seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    return carrier;
}

}  // namespace

Simulation::Simulation(Options options) : log_({.level = core::LogLevel::error}) {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code error, int) {
        if (error) return;
        told_to_end_ = true;
        context_.stop();
    });
    auto carrier = carrier_options(options);
    carrier.on_event = [this](const sim::CarrierCall& call, const sim::CallEvent& event) {
        if (scenario_) scenario_->show(call, event);
    };
    carrier_ = std::make_unique<sim::Carrier>(std::move(carrier));
    workers_ = std::make_unique<net::Workers>(net::Workers::Options{.count = 1});
    api_ = std::make_unique<sim::CarrierApi>(*carrier_, *workers_, log_);
    sim::ModelServer::Options model;
    model.port = options.model_port;
    model.assistants.tones = !options.voices;
    model_ = std::make_unique<sim::ModelServer>(*workers_, std::move(model), log_);
    web_ = std::make_unique<sim::WebServer>(*workers_, log_);
}

Simulation::~Simulation() = default;

asio::awaitable<std::string> Simulation::run(Play play) {
    if (play.prepare) {
        auto problem = co_await play.prepare();
        if (!problem.empty()) co_return problem;
    }
    sim::Scenario::Options options;
    options.source = play.scenario;
    options.flows = play.flows;
    options.assistants = model_->assistants();
    options.web = web_.get();
    if (play.status_url) options.status_url = play.status_url();
    if (play.start_engine) {
        options.kill_engine = play.kill_engine;
        options.start_engine = [&play] { return start_again(play); };
    }
    options.print = [](std::string_view line) { std::cout << line << std::endl; };
    scenario_ = std::make_unique<sim::Scenario>(*carrier_, std::move(options));
    auto differed = co_await scenario_->run();
    co_return differed;
}

asio::awaitable<std::string> Simulation::start_again(const Play& play) {
    play.start_engine();
    auto problem = co_await play.prepare();
    if (!problem.empty()) throw std::runtime_error(problem);
    co_return play.status_url();
}

std::optional<std::string> Simulation::play(Play play) {
    std::optional<std::string> outcome;
    asio::co_spawn(workers_->executor(0), run(std::move(play)), [&](std::exception_ptr failed, std::string differed) {
        if (failed) {
            try {
                std::rethrow_exception(failed);
            } catch (const std::exception& error) {
                differed = error.what();
            }
        }
        asio::post(context_, [this, &outcome, differed] {
            outcome = differed;
            context_.stop();
        });
    });
    context_.restart();
    context_.run();
    if (outcome || !told_to_end_) return outcome;
    // The socket of a stream that is still open lives on the worker: it is let go of while that runs.
    auto stopped = asio::co_spawn(workers_->executor(0), carrier_->stop(), asio::use_future);
    stopped.wait_for(std::chrono::seconds(5));
    // What is under way must not speak to `outcome` any more.
    api_.reset();
    web_.reset();
    model_.reset();
    workers_.reset();
    return std::nullopt;
}

void Simulation::wait_for_signal() {
    if (told_to_end_) return;
    context_.restart();
    context_.run();
}

}  // namespace switchhook::app
