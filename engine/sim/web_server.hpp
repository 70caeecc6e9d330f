#pragma once

#include "core/json.hpp"
#include "core/log.hpp"
#include "net/http_server.hpp"
#include "net/workers.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace switchhook::sim {

// A web server on loopback for the requests that flows make: it replies as it is told, and keeps what it was sent.
//
// `workers` has one thread, and the server is used from no other.
class WebServer {
public:
    struct Reply {
        std::string request;  // "GET /slots?day=*": a method, and a path in which * stands for any text
        net::Response response;
        std::chrono::milliseconds after{0};
    };
    struct Request {
        std::string method;
        std::string target;  // "/slots?day=friday"
        std::string body;
    };

    WebServer(net::Workers& workers, core::Log& log);

    // As "http://127.0.0.1:40123".
    std::string url() const;
    // Replies so from here on. A later one goes before an earlier one; what none is for gets 404.
    void reply(Reply reply) { replies_.push_back(std::move(reply)); }
    const std::vector<Request>& requests() const { return requests_; }

private:
    boost::asio::awaitable<net::Response> handle(net::Request request);

    std::vector<Reply> replies_;
    std::vector<Request> requests_;
    net::HttpServer server_;
};

// Whether a text is what a pattern says, in which * stands for any text.
bool fits(std::string_view pattern, std::string_view text);

}  // namespace switchhook::sim
