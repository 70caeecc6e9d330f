#pragma once

#include "app/serve_options.hpp"
#include "app/status_file.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/log_thread.hpp"
#include "core/metrics.hpp"
#include "core/vault.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/workers.hpp"
#include "openai/chat_client.hpp"
#include "openai/realtime_provider.hpp"
#include "script/change_watcher.hpp"
#include "script/flow_library.hpp"
#include "script/flow_watcher.hpp"
#include "script/watchdog.hpp"
#include "session/outbox_worker.hpp"
#include "session/retention.hpp"
#include "session/services.hpp"
#include "session/switchboard.hpp"
#include "session/text_messages.hpp"
#include "store/storage.hpp"
#include "twilio/rest_client.hpp"
#include "twilio/webhook.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchhook::app {

// The whole engine, wired: it serves from construction to destruction.
class Engine {
public:
    // Calls `before_listening` once all is loaded: whoever sees it listen may already tell it to stop.
    // Throws std::runtime_error, with a line for the operator, where it cannot start.
    Engine(const ServeOptions& options, const std::function<void()>& before_listening);
    ~Engine();

    std::uint16_t port() const { return server_->port(); }
    // Looks at the flows and the certificate again.
    void reload();

    // New calls go to their flow's fallback from now on; calls in progress go on.
    void drain() { switchboard_->drain(); }
    std::size_t active_calls() const { return switchboard_->active_calls(); }

private:
    boost::asio::awaitable<net::Response> answer(net::Request request);
    boost::asio::awaitable<net::Response> answer_webhook(net::Request request, twilio::Route route);
    boost::asio::awaitable<net::Response> route_webhook(twilio::Webhook webhook, std::string origin);
    boost::asio::awaitable<net::Response> note_webhook(twilio::Webhook webhook);
    boost::asio::awaitable<net::Response> answer_status(net::Request request);
    net::Response refuse(const net::Request& request, const twilio::Refusal& refusal);
    net::Response readiness() const;
    core::Json health() const;
    net::HttpServer::WebSocketHandler media_streams();
    boost::asio::awaitable<std::optional<net::Response>> admit_stream(net::Request request);
    std::unique_ptr<net::HttpServer> listen();
    void start_keeping_promises();
    void follow();
    void open_secrets();
    void say_what_it_serves();

    const ServeOptions options_;
    core::SystemClock clock_;
    core::Vault vault_;
    core::LogThread log_thread_;
    core::Log log_;
    core::Metrics metrics_;
    std::optional<store::Storage> storage_;
    script::Watchdog watchdog_;
    script::FlowLibrary library_;
    twilio::WebhookReader reader_;
    net::HttpClient client_;
    twilio::NetworkSender sender_;
    std::unique_ptr<twilio::RestClient> rest_;  // null without credentials
    session::TwilioTexts texts_;
    openai::RealtimeProvider models_;
    openai::ChatClient chat_;
    session::OutboxWorker promises_;
    session::Retention retention_;
    session::Services services_;
    std::vector<std::optional<script::Watchdog::Registration>> registrations_;  // one a worker
    std::unique_ptr<net::Workers> workers_;
    std::unique_ptr<session::Switchboard> switchboard_;
    std::unique_ptr<net::HttpServer> server_;
    std::unique_ptr<net::HttpServer> status_server_;  // on loopback, never where callers' webhooks come
    std::unique_ptr<script::FlowWatcher> watcher_;
    std::unique_ptr<script::ChangeWatcher> version_watcher_;
    std::unique_ptr<script::ChangeWatcher> settings_watcher_;
    std::unique_ptr<StatusFile> status_;
    std::mutex opening_;                             // guards `not_opened_`
    std::map<std::string, std::string> not_opened_;  // by number: why a secret setting of it cannot be opened
};

}  // namespace switchhook::app
