#pragma once

#include "core/agent_port.hpp"
#include "core/log.hpp"
#include "net/http_client.hpp"
#include "openai/realtime_settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace switchhook::openai {

// One conversation with a model over OpenAI's Realtime API. What is said when is RealtimeProtocol's; this is its socket
// and its timer.
class RealtimeLink final : public core::AgentPort {
public:
    struct Options {
        std::string call;               // for the log
        net::WebSocketRequest request;  // where sessions are opened, and as whom
    };

    // Begins to connect at once. `client` and `log` outlive every coroutine of `executor`.
    RealtimeLink(Options options, RealtimeSettings settings, const net::HttpClient& client, core::Log& log,
                 boost::asio::any_io_executor executor);
    ~RealtimeLink() override;

    core::AudioFormat format() const override;
    boost::asio::awaitable<core::Result<Event>> read() override;
    void hear(std::string_view audio) override;
    void press(std::string_view digits) override;
    void begin() override;
    void say(std::string_view text) override;
    void give_result(std::string_view call_id, std::string_view output, bool respond) override;
    void was_heard(const std::vector<core::Heard>& heard) override;
    void was_played(std::string_view item) override;
    core::Json transcript() const override;
    core::Json usage() const override;
    void close() override;

private:
    class Line;
    std::shared_ptr<Line> line_;  // its coroutines share it, and may outlast this
};

// A conversation that cannot be had: the first event says why.
class FailedLink final : public core::AgentPort {
public:
    FailedLink(std::string code, std::string what) : failed_{std::move(code), std::move(what)} {}

    core::AudioFormat format() const override { return core::telephone_mulaw; }
    boost::asio::awaitable<core::Result<Event>> read() override;
    void hear(std::string_view) override {}
    void press(std::string_view) override {}
    void begin() override {}
    void say(std::string_view) override {}
    void give_result(std::string_view, std::string_view, bool) override {}
    void was_heard(const std::vector<core::Heard>&) override {}
    void was_played(std::string_view) override {}
    core::Json transcript() const override { return core::Json::array(); }
    core::Json usage() const override;
    void close() override { told_ = true; }

private:
    Failed failed_;
    bool told_ = false;
};

}  // namespace switchhook::openai
