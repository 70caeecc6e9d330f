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

// A webhook server on loopback that keeps what it was sent, and refuses with 403 what is wrongly signed for
// `public_url`.
class Hook {
public:
    using Answer = std::function<net::Response(const Webhook&)>;

    explicit Hook(Answer answer, std::string public_url = {})
        : answer_(std::move(answer)),
          log_({}, [](std::string_view) {}),
          workers_({.count = 1}),
          server_(
              workers_, {}, [this](net::Request request) { return handle(std::move(request)); }, log_),
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

private:
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
    core::Log log_;
    net::Workers workers_;
    net::HttpServer server_;
    std::string public_url_;
    mutable std::mutex mutex_;
    std::vector<Webhook> received_;
};

}  // namespace switchhook::sim::testing
