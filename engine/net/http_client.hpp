#pragma once

#include "core/errc.hpp"
#include "net/address.hpp"
#include "net/http.hpp"
#include "net/websocket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace switchhook::net {

struct ClientRequest {
    std::string method = "GET";
    std::string url;  // http or https; user info in it becomes Basic credentials
    Headers headers;  // Host, Connection and the framing headers are the client's own
    std::string body;
    std::chrono::milliseconds timeout = std::chrono::seconds(10);  // for everything, redirects included
    std::size_t max_body = 1024 * 1024;                            // bytes of the response's body
    bool allow_private = false;  // may go to addresses that are not public, see net/address.hpp
    // Where set, it is given the body of a 2xx response piece by piece as it comes, and the response's own stays empty.
    // Once it gives false the rest is not read, and send() gives the response. max_body and the timeout hold as ever.
    std::function<bool(std::string_view piece)> on_body = {};
};

struct WebSocketRequest {
    std::string url;  // ws or wss
    Headers headers;
    std::chrono::milliseconds timeout = std::chrono::seconds(10);  // until it is open
    bool allow_private = false;
    WebSocketOptions options = {};
};

// HTTP/1.1 over TCP and TLS, for whoever runs on an io_context with a single thread.
//
// Each io_context keeps connections of its own alive for the next request to the same origin.
// Servers' certificates are checked against the system's roots, or those of SSL_CERT_FILE and
// SSL_CERT_DIR, and against the host's name.
class HttpClient {
public:
    struct Options {
        std::chrono::milliseconds connect_time = std::chrono::seconds(4);  // per address of a host
        std::chrono::milliseconds idle_time = std::chrono::seconds(30);    // a kept connection's
        std::size_t idle_per_origin = 8;
        std::size_t idle_total = 64;                                                 // per io_context
        std::function<bool(const boost::asio::ip::address&)> may_reach = is_public;  // unless allow_private
        std::string user_agent = "Switchhook/0.1";
    };

    HttpClient() : HttpClient(Options{}) {}
    // Throws boost::system::system_error where the roots cannot be read.
    explicit HttpClient(Options options);

    // The response whatever its status; content_type is also among its headers. A redirect is followed
    // for GET and HEAD, five times at most, each address checked anew; credentials stay with their origin.
    //
    // Errc::malformed (the URL, a header, or the response), refused_address, unreachable, certificate,
    // timed_out, too_large, closed. The name's lookup is checked and the connection made to what was
    // checked, so a name cannot change its address in between. A name of which any address is refused
    // is refused.
    boost::asio::awaitable<core::Result<Response>> send(ClientRequest request) const;

    // Opens a WebSocket, on a connection of its own, to an address checked as above. `refusal`, where given,
    // is filled with what a server says that does not open one (Errc::closed); it outlives the call.
    // No redirect is followed.
    boost::asio::awaitable<core::Result<std::shared_ptr<WebSocket>>> connect_websocket(
        WebSocketRequest request, Response* refusal = nullptr) const;

private:
    boost::asio::awaitable<core::Result<std::shared_ptr<WebSocket>>> open(WebSocketRequest request,
                                                                          Response* refusal) const;
    boost::asio::awaitable<core::Result<Response>> follow(ClientRequest request) const;

    Options options_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
};

}  // namespace switchhook::net
