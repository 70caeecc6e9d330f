#pragma once

#include "core/log.hpp"
#include "core/secret.hpp"
#include "net/workers.hpp"
#include "script/flow.hpp"
#include "sim/carrier.hpp"
#include "sim/carrier_api.hpp"
#include "sim/model_server.hpp"
#include "sim/scenario.hpp"
#include "sim/web_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace switchhook::app {

// A simulated carrier with its REST side, a simulated model, and a web server for what flows ask of one, which play a
// scenario against a server and print it to standard output. From its construction on, SIGINT and SIGTERM end what
// waits here, not the process.
class Simulation {
public:
    struct Options {
        std::string server;         // where webhooks go: "http://127.0.0.1:8080"
        std::string public_origin;  // what they are signed for, if it is another: "https://voice.example.com"
        core::Secret auth_token;
        std::chrono::milliseconds rest{0};  // after each event
        std::uint16_t model_port = 0;       // where the model listens; 0: anywhere
        bool voices = false;                // callers and assistants have espeak-ng's voice instead of tones
    };

    explicit Simulation(Options options);
    ~Simulation();

    // What takes the place of https://api.twilio.com.
    std::string api_url() const { return api_->url(); }
    // What takes the place of wss://api.openai.com/v1/realtime and of https://api.openai.com/v1.
    std::string realtime_url() const { return model_->realtime_url(); }
    std::string openai_url() const { return model_->base_url(); }
    const std::string& account_sid() const { return carrier_->options().account_sid; }

    struct Play {
        script::Source scenario;
        std::filesystem::path flows;  // that it may edit; empty: none
        // Awaited first. Gives what keeps the scenario from being played, or nothing.
        std::function<boost::asio::awaitable<std::string>()> prepare = {};
        std::function<std::string()> status_url = {};  // asked after `prepare`
        // Where the engine is this program's own: ends it as `kill -9` does, and starts it; `prepare` follows.
        std::function<void()> kill_engine = {};
        std::function<void()> start_engine = {};
    };
    // What differed from the scenario, empty if nothing did. No value if a signal came first.
    std::optional<std::string> play(Play play);

    // Waits until a signal comes, or has come.
    void wait_for_signal();

private:
    boost::asio::awaitable<std::string> run(Play play);
    static boost::asio::awaitable<std::string> start_again(const Play& play);

    boost::asio::io_context context_;
    boost::asio::signal_set signals_{context_};
    bool told_to_end_ = false;
    core::Log log_;
    std::unique_ptr<sim::Carrier> carrier_;
    std::unique_ptr<sim::Scenario> scenario_;
    std::unique_ptr<net::Workers> workers_;  // outlived by what its coroutines use
    std::unique_ptr<sim::CarrierApi> api_;
    std::unique_ptr<sim::ModelServer> model_;
    std::unique_ptr<sim::WebServer> web_;
};

}  // namespace switchhook::app
