#pragma once

#include "core/log.hpp"
#include "net/form.hpp"
#include "net/http_server.hpp"
#include "net/workers.hpp"
#include "sim/signing.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace switchhook::sim::testing {

inline const core::Secret token("12345");

// One webhook as a server sees it.
struct Webhook {
    std::string method;
    std::string target;
    net::Form form;  // of the body, or of a GET's query
    net::Headers headers;
};

inline net::Response twiml(std::string verbs) {
    return net::xml_response(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>" + verbs + "</Response>");
}

// A <Connect><Stream> to the Hook that a webhook came to.
inline std::string connect_stream(const Webhook& webhook, const std::string& attributes = {},
                                  const std::string& inside = {}) {
    auto host = std::string(webhook.headers.find("Host").value_or(""));
    return "<Connect " + attributes + "><Stream url=\"wss://" + host + "/media\" statusCallback=\"http://" + host +
           "/stream\">" + inside + "</Stream></Connect>";
}

// A webhook server on loopback that keeps what it was sent, and refuses with 403 what is wrongly signed for
// `public_url`. WebSockets are let in where they are signed for its wss:// address, and given to `serve`.
class Hook {
public:
    using Answer = std::function<net::Response(const Webhook&)>;
    using Serve = std::function<boost::asio::awaitable<void>(std::shared_ptr<net::WebSocket>)>;

    explicit Hook(Answer answer, std::string public_url = {}, Serve serve = {})
        : answer_(std::move(answer)),
          serve_(std::move(serve)),
          log_({}, [](std::string_view) {}),
          workers_({.count = 1}),
          server_(
              workers_, options(), [this](net::Request request) { return handle(std::move(request)); }, log_),
          public_url_(public_url.empty() ? url("") : std::move(public_url)) {}
    ~Hook() { server_.stop(); }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    }
    std::uint16_t port() const { return server_.port(); }

    std::vector<Webhook> received() const {
        std::lock_guard lock(mutex_);
        return received_;
    }
    // Those that came to this path.
    std::vector<Webhook> received(std::string_view target) const {
        auto found = received();
        std::erase_if(found, [&](const Webhook& one) { return one.target != target; });
        return found;
    }

private:
    net::HttpServer::Options options() {
        net::HttpServer::Options options;
        if (serve_)
            options.websocket = net::HttpServer::WebSocketHandler{
                .admit = [this](net::Request request) { return admit(std::move(request)); },
                .serve = [this](net::Request, std::shared_ptr<net::WebSocket> socket) { return serve_(socket); }};
        return options;
    }

    boost::asio::awaitable<std::optional<net::Response>> admit(net::Request request) {
        Webhook upgrade{"UPGRADE", request.target, {}, request.headers};
        {
            std::lock_guard lock(mutex_);
            received_.push_back(upgrade);
        }
        auto expected = sign(token, "wss://127.0.0.1:" + std::to_string(port()) + request.target);
        if (request.headers.find("X-Twilio-Signature") == expected) co_return std::nullopt;
        co_return net::text_response(403, "bad signature");
    }

    boost::asio::awaitable<net::Response> handle(net::Request request) {
        Webhook webhook{request.method, request.target, {}, request.headers};
        webhook.form = net::decode_form(request.method == "GET" ? request.query() : std::string_view(request.body));
        Params params;
        if (request.method == "POST") params.assign(webhook.form.begin(), webhook.form.end());
        auto expected = sign(token, public_url_ + request.target, params);
        {
            std::lock_guard lock(mutex_);
            received_.push_back(webhook);
        }
        if (request.headers.find("X-Twilio-Signature") != expected) co_return net::text_response(403, "bad signature");
        co_return answer_(webhook);
    }

    Answer answer_;
    Serve serve_;
    core::Log log_;
    net::Workers workers_;
    net::HttpServer server_;
    std::string public_url_;
    mutable std::mutex mutex_;
    std::vector<Webhook> received_;
};

}  // namespace switchhook::sim::testing
