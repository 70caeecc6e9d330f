#include "app/engine.hpp"

#include "app/carrier_documents.hpp"
#include "app/key_from_environment.hpp"
#include "session/promise_delivery.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace switchhook::app {
namespace {

namespace asio = boost::asio;
using core::Json;

core::Log::Options log_options(const ServeOptions& options) {
    auto secrets = options.twilio_auth_tokens;
    if (!options.openai.api_key.empty()) secrets.push_back(options.openai.api_key);
    if (!options.key.empty()) secrets.push_back(options.key);
    return {options.log_level, options.log_format, options.show_phone_numbers, std::move(secrets)};
}

twilio::WebhookReader::Options reader_options(const ServeOptions& options) {
    return {options.twilio_auth_tokens,
            options.allow_unsigned,
            {options.public_urls, options.trusted_proxies},
            options.stream_origin()};
}

std::unique_ptr<twilio::RestClient> rest_client(const ServeOptions& options, twilio::HttpSender& sender) {
    if (options.twilio_account_sid.empty() || options.twilio_auth_tokens.empty()) return nullptr;
    twilio::RestClient::Options rest;
    rest.account_sid = options.twilio_account_sid;
    rest.secret = options.twilio_auth_tokens.front();
    rest.base_url = options.twilio_api_url;
    return std::make_unique<twilio::RestClient>(rest, sender, twilio::timer_sleep(), twilio::thread_random());
}

net::Workers::Options worker_options(std::vector<std::optional<script::Watchdog::Registration>>& registrations,
                                     script::Watchdog& watchdog, core::Log& log) {
    net::Workers::Options options;
    options.count = registrations.size();
    options.on_start = [&](std::size_t i) { registrations[i].emplace(watchdog); };
    options.on_end = [&](std::size_t i) { registrations[i].reset(); };
    options.on_exception = [&log](std::exception_ptr exception) {
        try {
            std::rethrow_exception(exception);
        } catch (const std::exception& error) {
            log.error("unexpected exception", {{"what", error.what()}});
        }
    };
    return options;
}

session::OutboxWorker::Options promise_options(const ServeOptions& options) {
    session::OutboxWorker::Options worker;
    worker.give_up_after = options.promise_time;
    worker.seed = std::random_device()();
    return worker;
}

std::size_t thread_count(const ServeOptions& options) {
    return options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Engine::Engine(const ServeOptions& options, const std::function<void()>& before_listening)
    : options_(options),
      vault_(sealing_key(options.key)),
      // What the vault has opened is masked in the finished line, whatever it came with.
      log_(log_options(options), [this](std::string_view line) { log_thread_.write(vault_.mask(std::string(line))); }),
      storage_(open_storage(options, clock_, log_)),
      library_({.root = options.flows,
                .limits = options.limits,
                .render = carrier_documents(),
                .versions = storage_->versions.get(),
                .kept_numbers = options.data / "numbers.last-good.lua",
                .settings = storage_->settings.get()},
               clock_, log_, metrics_),
      reader_(reader_options(options)),
      sender_(client_),
      rest_(rest_client(options, sender_)),
      texts_(rest_.get(), clock_, log_),
      models_(options.openai, client_, log_),
      chat_({options.openai}, client_, clock_, log_),
      promises_(promise_options(options), *storage_->outbox, clock_, log_, metrics_),
      retention_({.keep = options.keep_calls}, *storage_->store, *storage_->outbox, clock_, log_),
      services_({options.allow_private_network, &vault_}, client_, texts_, *storage_->store, clock_, log_, &chat_,
                &promises_),
      registrations_(thread_count(options)) {
    library_.refresh();
    open_secrets();
    workers_ = std::make_unique<net::Workers>(worker_options(registrations_, watchdog_, log_));
    session::Switchboard::Options switchboard;
    switchboard.timing.reply_within = options.reply_within;
    switchboard.max_calls = options.max_calls;
    switchboard.call_lifetime = options.call_lifetime;
    switchboard.stream_origin = options.stream_origin();
    switchboard_ = std::make_unique<session::Switchboard>(
        switchboard, *workers_, library_, texts_,
        session::Surroundings{services_, *storage_->store, clock_, log_, metrics_, options.limits,
                              options.openai.api_key.empty() ? nullptr : &models_, options.conversation, &promises_,
                              &vault_});

    before_listening();
    server_ = listen();
    watcher_ = std::make_unique<script::FlowWatcher>(
        options.flows, [this](const script::Changes& changes) { library_.reload(changes); }, log_);
    version_watcher_ = std::make_unique<script::ChangeWatcher>(*storage_->versions, [this] { follow(); });
    settings_watcher_ = std::make_unique<script::ChangeWatcher>(*storage_->settings, [this] { follow(); });
    status_server_ = std::make_unique<net::HttpServer>(
        *workers_, net::HttpServer::Options{},
        [this](net::Request request) { return answer_status(std::move(request)); }, log_);
    status_ = std::make_unique<StatusFile>(options.data, status_server_->port());
    // The last of what may throw is done: from here on only the destructor ends what runs.
    start_keeping_promises();
    switchboard_->start_sweeping();
    say_what_it_serves();
}

void Engine::start_keeping_promises() {
    auto http = session::deliver_http(client_, clock_, options_.allow_private_network);
    promises_.deliver("http", session::opened(vault_, std::move(http)));
    promises_.deliver("sms", session::opened(vault_, session::deliver_texts(rest_.get())));
    promises_.deliver(session::CallSession::promise_kind,
                      [this](core::Promise promise) { return switchboard_->settle(std::move(promise)); });
    promises_.deliver(session::MessageSession::promise_kind,
                      [this](core::Promise promise) { return switchboard_->settle_message(std::move(promise)); });
    promises_.start(workers_->executor(0));
    retention_.start(workers_->executor(workers_->size() - 1));
}

void Engine::follow() {
    library_.follow();
    open_secrets();
}

// The secrets of all numbers: the log masks them before a call has them, and the operator learns now what cannot be
// opened, once.
void Engine::open_secrets() {
    std::lock_guard lock(opening_);
    for (const auto& status : library_.status()) {
        const auto& number = status.entry.number;
        auto live = library_.find(number);
        auto problem = live ? vault_.open_settings(live->settings, number).problem : std::string();
        auto& known = not_opened_[number];
        if (problem != known && !problem.empty())
            log_.error("secret setting not opened: calls take the fallback", {{"number", number}, {"why", problem}});
        known = std::move(problem);
    }
}

net::HttpServer::WebSocketHandler Engine::media_streams() {
    // Only for what was admitted: the path is a stream's, and names its call.
    auto call_of = [](const net::Request& request) { return twilio::find_route(request.path())->call_sid; };
    net::HttpServer::WebSocketHandler streams;
    streams.admit = [this](net::Request request) { return admit_stream(std::move(request)); };
    streams.place = [this, call_of](const net::Request& request) { return switchboard_->worker_of(call_of(request)); };
    streams.serve = [this, call_of](net::Request request, std::shared_ptr<net::WebSocket> socket) {
        return switchboard_->media_stream(call_of(request), std::move(socket));
    };
    streams.options.max_message = std::size_t{64} * 1024;
    streams.options.handshake_time = std::chrono::seconds(3);
    return streams;
}

// What keeps a WebSocket out, or nothing.
asio::awaitable<std::optional<net::Response>> Engine::admit_stream(net::Request request) {
    auto route = twilio::find_route(request.path());
    if (!route || route->kind != twilio::RouteKind::media_stream)
        co_return net::text_response(404, "There is no WebSocket here.\n");
    auto refusal = reader_.check_upgrade(request);
    // It bears no token of ours, and does not say in time on which worker its call lives.
    if (!refusal && route->call_sid.empty())
        refusal =
            twilio::Refusal{twilio::Refusal::Cause::malformed, 404,
                            "streams come to /twilio/stream/<CallSid>, as the engine's own documents name it: have "
                            "the number's webhook lead to /twilio/voice"};
    if (!refusal) co_return std::nullopt;
    metrics_.streams_refused_total.Increment();
    co_return refuse(request, *refusal);
}

std::unique_ptr<net::HttpServer> Engine::listen() {
    net::HttpServer::Options server;
    server.address = options_.host();
    server.port = options_.port();
    server.max_connections = options_.max_connections;
    server.on_overload = [this] { metrics_.overload_total.Increment(); };
    server.websocket = media_streams();
    if (!options_.tls_certificate.empty()) server.tls = {options_.tls_certificate, options_.tls_key};
    try {
        return std::make_unique<net::HttpServer>(
            *workers_, server, [this](net::Request request) { return answer(std::move(request)); }, log_);
    } catch (const boost::system::system_error& error) {
        if (error.code().category() == boost::system::system_category())
            throw std::runtime_error("cannot listen on " + options_.listen + ": " + error.code().message() +
                                     ": name another address and port with --listen");
        throw std::runtime_error("--tls-certificate " + options_.tls_certificate.string() + " and --tls-key " +
                                 options_.tls_key.string() + " cannot be used: " + error.what());
    }
}

Engine::~Engine() {
    watcher_.reset();
    version_watcher_.reset();
    settings_watcher_.reset();
    status_server_.reset();
    server_->stop();
    server_->wait_until_drained(std::chrono::seconds(1));
    server_.reset();
    promises_.stop();
    retention_.stop();
    switchboard_->stop_sweeping();
    workers_->stop();
    workers_->join();
    storage_.reset();  // what it still has to tell needs the workers' contexts
}

void Engine::reload() {
    library_.refresh();
    if (options_.tls_certificate.empty()) return;
    if (auto read = server_->reload_certificate(); !read)
        log_.error("certificate not reloaded", {{"why", read.error().message()}});
}

asio::awaitable<net::Response> Engine::answer(net::Request request) {
    auto path = request.path();
    if (auto route = twilio::find_route(path)) {
        if (route->kind == twilio::RouteKind::media_stream)
            co_return net::text_response(426, "Only a WebSocket is taken here, for a call's media stream.\n");
        co_return co_await answer_webhook(std::move(request), std::move(*route));
    }
    if (request.method != "GET" && request.method != "HEAD")
        co_return net::text_response(404, "There is nothing here.\n");
    if (path == "/healthz") co_return net::text_response(200, "alive\n");
    if (path == "/readyz") co_return readiness();
    if (path == "/twilio/health") co_return net::json_response(200, health());
    if (path == "/metrics") {
        auto response = net::text_response(200, metrics_.text());
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        co_return response;
    }
    co_return net::text_response(404, "There is nothing here.\n");
}

asio::awaitable<net::Response> Engine::answer_webhook(net::Request request, twilio::Route route) {
    auto started = std::chrono::steady_clock::now();
    auto read = reader_.read(request, std::move(route));
    if (auto* refusal = std::get_if<twilio::Refusal>(&read)) co_return refuse(request, *refusal);
    metrics_.webhooks_total.Increment();
    auto webhook = std::get<twilio::Webhook>(std::move(read));
    auto work = route_webhook(std::move(webhook), reader_.origin(request));
    auto response = co_await std::move(work);
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    metrics_.webhook_seconds.Observe(took.count());
    co_return response;
}

asio::awaitable<net::Response> Engine::route_webhook(twilio::Webhook webhook, std::string origin) {
    using enum twilio::RouteKind;
    switch (webhook.route.kind) {
        case voice:
        case continuation:
            return switchboard_->voice(std::move(webhook), std::move(origin));
        case whisper:
            return switchboard_->whisper(webhook.route.call_sid, webhook.route.target);
        case status:
            return switchboard_->status(std::move(webhook));
        case message:
            return switchboard_->text_message(std::move(webhook));
        case recording:
        case message_status:
        case media_stream:
            break;
    }
    return note_webhook(std::move(webhook));
}

// News that no flow waits for: it is logged, and that is all.
asio::awaitable<net::Response> Engine::note_webhook(twilio::Webhook webhook) {
    if (webhook.route.kind == twilio::RouteKind::recording)
        log_.info("recording", {{"call", webhook.call_sid},
                                {"recording", webhook.params.get("RecordingSid")},
                                {"status", webhook.params.get("RecordingStatus")},
                                {"seconds", webhook.params.get("RecordingDuration")}});
    else
        log_.info("text message status", {{"message", webhook.message_sid},
                                          {"status", webhook.params.get("MessageStatus")},
                                          {"error", webhook.params.get("ErrorCode")}});
    co_return net::xml_response(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>");
}

net::Response Engine::refuse(const net::Request& request, const twilio::Refusal& refusal) {
    using enum twilio::Refusal::Cause;
    if (refusal.cause == signature_missing) metrics_.signatures_missing_total.Increment();
    if (refusal.cause == signature_wrong) metrics_.signatures_wrong_total.Increment();
    log_.warn("webhook refused", {{"path", request.path()},
                                  {"peer", request.peer.to_string()},
                                  {"status", refusal.status},
                                  {"why", refusal.reason}});
    return net::text_response(refusal.status, refusal.reason + "\n");
}

net::Response Engine::readiness() const {
    if (switchboard_->draining()) return net::text_response(503, "draining: no new calls\n");
    for (const auto& number : library_.status())
        if (!number.version.empty()) return net::text_response(200, "ready\n");
    return net::text_response(503, "no number has a flow: see `switchhook flows`\n");
}

Json Engine::health() const {
    auto url = options_.public_urls.empty() ? Json(nullptr) : Json(options_.public_urls.front());
    return {{"status", "healthy"},
            {"active_calls", switchboard_->active_calls()},
            {"config", {{"twilio_configured", !options_.twilio_auth_tokens.empty()}, {"webhook_url", url}}}};
}

asio::awaitable<net::Response> Engine::answer_status(net::Request request) {
    if (request.path() != StatusFile::path) co_return net::text_response(404, "There is nothing here.\n");
    if (!status_->allows(request)) {
        auto response = net::text_response(401, "This page needs the password in the engine's data folder.\n");
        response.headers.set("WWW-Authenticate", "Basic realm=\"switchhook\"");
        co_return response;
    }
    auto counts = co_await switchboard_->count_calls();
    co_return net::json_response(200, status_of(library_.status(), counts));
}

void Engine::say_what_it_serves() {
    auto scheme = options_.tls_certificate.empty() ? "http://" : "https://";
    log_.info("listening", {{"url", scheme + options_.host() + ":" + std::to_string(server_->port())},
                            {"threads", workers_->size()},
                            {"store", options_.in_postgres() ? std::string("postgres") : options_.store},
                            {"version", SWITCHHOOK_VERSION}});
    for (const auto& number : library_.status())
        log_.info("number",
                  {{"number", number.entry.number},
                   {"flow", number.entry.flow},
                   {"version", number.version.empty() ? std::string("none: see the error above") : number.version}});
    if (options_.twilio_auth_tokens.empty())
        log_.warn("setting missing", {{"setting", "TWILIO_AUTH_TOKEN"},
                                      {"for", options_.allow_unsigned ? "sending texts"
                                                                      : "checking webhooks: all are refused with 500; "
                                                                        "and sending texts"}});
    if (options_.twilio_account_sid.empty())
        log_.warn("setting missing", {{"setting", "TWILIO_ACCOUNT_SID"}, {"for", "sending texts"}});
    if (options_.openai.api_key.empty())
        log_.warn("setting missing", {{"setting", "OPENAI_API_KEY"}, {"for", "conversations with a model"}});
    if (options_.public_urls.empty())
        log_.warn("setting missing", {{"setting", "PUBLIC_URL"},
                                      {"for",
                                       "webhooks through a proxy or a tunnel: signatures are checked against the "
                                       "Host header"}});
    if (options_.allow_unsigned) log_.warn("webhooks are taken without a signature", {{"because", "--allow-unsigned"}});
}

}  // namespace switchhook::app
