#pragma once

#include "integration/scenario_fixture.hpp"
#include "sim/carrier_api.hpp"
#include "sim/model_script.hpp"
#include "sim/web_server.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace switchhook::tests {

// One of the businesses in flows/ as it runs in production: the real engine with the flow as it is in the repository,
// a carrier that knows the old server's addresses, a model, and a web server for what the flow asks of one.
class SystemTest : public ScenarioTest {
protected:
    // `routes`: the paths that the console of the old system names.
    SystemTest(std::string business, Routes routes) : business_(std::move(business)), routes_(std::move(routes)) {}

    void SetUp() override {
        port = free_port();
        origin = "http://127.0.0.1:" + std::to_string(port);
        std::filesystem::create_directories(folder / "flows");
        std::filesystem::copy(std::filesystem::path(SOURCE_DIR) / "flows" / business_, folder / "flows" / business_,
                              std::filesystem::copy_options::recursive);
        auto options = carrier_options(routes_);
        options.on_event = [this](const sim::CarrierCall& call, const sim::CallEvent& event) {
            if (scenario_) scenario_->show(call, event);
        };
        carrier_ = std::make_unique<sim::Carrier>(std::move(options));
        api_ = std::make_unique<sim::CarrierApi>(*carrier_, workers_, log_);
        web_ = std::make_unique<sim::WebServer>(workers_, log_);
        environment = {{"TWILIO_AUTH_TOKEN", token},
                       {"TWILIO_ACCOUNT_SID", carrier_->options().account_sid},
                       {"TWILIO_API_URL", api_->url()}};
    }

    void TearDown() override {
        EngineTest::TearDown();
        engine.reset();
        boost::asio::co_spawn(workers_.executor(0), carrier_->stop(), boost::asio::use_future).get();
        model_.reset();
        workers_.stop();
        workers_.join();
    }

    // A model that a scenario's assistants play.
    void have_model() { have_model({}); }
    // A model that plays a script by itself, once in each conversation: for texts, whose sender waits for the reply.
    void have_model(const std::string& script) {
        if (!script.empty())
            script_ = std::make_unique<sim::ModelScript>(
                sim::ModelScript::Options{{"model.lua", script}, [](std::string_view) {}});
        start_model();
        if (script_)
            boost::asio::co_spawn(workers_.executor(0), script_->play(model_->assistants()), boost::asio::detached);
    }
    void make_model() override {
        sim::ModelServer::Options options;
        if (script_) options.assistants = script_->assistants(true);
        model_.emplace(workers_, std::move(options), log_);
    }

    // Starts the engine with this numbers.lua; or again, after it was killed.
    void start(const std::string& numbers, std::vector<std::string> more = {}) {
        flow("flows/numbers.lua", numbers);
        std::vector<std::string> arguments{"serve",     "--listen", "127.0.0.1:" + std::to_string(port),
                                           "--threads", "2",        "--allow-private-network"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        engine.reset();  // kill -9
        std::filesystem::remove(folder / "data/engine.json");
        engine = std::make_unique<ChildProcess>(arguments, folder.root(), environment);
        std::string log;
        ASSERT_TRUE(eventually([&] {
            log = engine->err();
            return std::filesystem::exists(folder / "data/engine.json") || engine->ended();
        }));
        ASSERT_FALSE(engine->ended()) << log;
    }

    // Plays a scenario; what differed from it, or nothing.
    std::string play(const std::string& text) {
        return boost::asio::co_spawn(workers_.executor(0), run_scenario(text), boost::asio::use_future).get();
    }

    // The value of a metric, as `twilio_calls_total`.
    double metric(const std::string& name) {
        std::smatch match;
        auto text = get("/metrics").body;
        std::regex line("\n" + name + " ([0-9.e+]+)\n");
        return std::regex_search(text, match, line) ? std::stod(match[1]) : -1;
    }
    core::Json health() { return core::Json::parse(get("/twilio/health").body); }

    std::unique_ptr<sim::Carrier> carrier_;
    std::unique_ptr<sim::Scenario> scenario_;
    std::unique_ptr<sim::CarrierApi> api_;
    std::unique_ptr<sim::WebServer> web_;

private:
    // On the carrier's worker, where calls of an earlier scenario may still go on.
    boost::asio::awaitable<std::string> run_scenario(std::string text) {
        sim::Scenario::Options options;
        options.source = {business_ + ".lua", std::move(text)};
        options.print = [](std::string_view) {};
        options.web = web_.get();
        if (model_) options.assistants = model_->assistants();
        scenario_ = std::make_unique<sim::Scenario>(*carrier_, std::move(options));
        auto differed = co_await scenario_->run();
        co_return differed;
    }
    // One that keeps its number through restarts.
    static int free_port() {
        boost::asio::io_context context;
        boost::asio::ip::tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
        return acceptor.local_endpoint().port();
    }

    const std::string business_;
    const Routes routes_;
    std::unique_ptr<sim::ModelScript> script_;
};

}  // namespace switchhook::tests
