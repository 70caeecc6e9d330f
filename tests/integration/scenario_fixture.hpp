#pragma once

#include "integration/engine_fixture.hpp"
#include "sim/carrier.hpp"
#include "sim/carrier_api.hpp"
#include "sim/model_server.hpp"
#include "sim/scenario.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::tests {

// The engine's addresses, as the carrier is told them.
struct Routes {
    std::string voice = "/twilio/voice";
    std::string status = "/twilio/status";
    std::string sms = "/twilio/sms";
};

// A running engine, a simulated carrier that plays scenarios against it, and a simulated model for its assistants.
class ScenarioTest : public EngineTest {
protected:
    // Has engines that start after it talk with the model.
    void start_model() {
        make_model();
        environment["OPENAI_API_KEY"] = "sk-simulated";
        environment["OPENAI_REALTIME_URL"] = realtime_url();
        environment["OPENAI_BASE_URL"] = model_->base_url();
    }
    virtual void make_model() { model_.emplace(workers_, sim::ModelServer::Options{}, log_); }
    virtual std::string realtime_url() const { return model_->realtime_url(); }

    sim::Carrier::Options carrier_options(const Routes& routes) const {
        sim::Carrier::Options options;
        options.webhooks.auth_token = core::Secret(token);
        options.webhooks.patience = std::chrono::seconds(10);
        options.settings.voice_url = url(routes.voice);
        options.settings.status_callback = url(routes.status);
        options.settings.sms_url = url(routes.sms);
        return options;
    }

    // Plays a scenario; what differed, or nothing. `ada` calls, and is answered by `model`.
    std::string play(
        const std::string& text, const std::function<void()>& meanwhile = [] {}) {
        return play_alone(
            "local model = assistant()\n"
            "local ada = call { from = '+15551230147', to = '+15550100', caller = 'Ada' }\n"
            "ada:is_answered_by(model)\n" +
                text,
            meanwhile);
    }
    std::string play_alone(
        const std::string& text, const std::function<void()>& meanwhile = [] {}) {
        auto options = carrier_options({});
        options.seed = ++played_;  // other calls than in the scenarios before
        std::unique_ptr<sim::Scenario> scenario;
        options.on_event = [&](const sim::CarrierCall& call, const sim::CallEvent& event) {
            scenario->show(call, event);
        };
        sim::Carrier carrier(std::move(options));
        sim::Scenario::Options play;
        play.source = {"conversation.lua", text};
        play.print = [this](std::string_view line) {
            std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
        };
        if (model_) play.assistants = model_->assistants();
        scenario = std::make_unique<sim::Scenario>(carrier, std::move(play));
        auto differed = boost::asio::co_spawn(workers_.executor(0), scenario->run(), boost::asio::use_future);
        meanwhile();
        return differed.get();
    }
    std::vector<std::string> lines() const {
        std::lock_guard lock(mutex_);
        return lines_;
    }

    core::Log log_{{.level = core::LogLevel::off}, [](std::string_view) {}};
    net::Workers workers_{{.count = 1}};
    std::optional<sim::ModelServer> model_;

private:
    std::uint64_t played_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace switchhook::tests
